// A SAML identity provider: `samlp`, which signs in whoever `person` names and checks the signature of requests. Prints its address, ends with
// its parent.
import { createServer } from 'node:http';
import samlp from 'samlp';

const { key, cert, signingCert, issuer, acsUrl, people, algorithms, encryption } = JSON.parse(process.argv[2]);

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1');
  request.query = Object.fromEntries(url.searchParams);
  request.originalUrl = request.url;
  response.set = (name, value) => response.setHeader(name, value);
  response.send = (body) => (typeof body === 'number' ? response.writeHead(body).end() : response.end(body));
  const person = people[request.query.person];
  const options = {
    issuer,
    key,
    cert,
    signingCert,
    recipient: acsUrl,
    destination: acsUrl,
    lifetimeInSeconds: 300,
    signatureAlgorithm: algorithms?.signature ?? 'rsa-sha256',
    digestAlgorithm: algorithms?.digest ?? 'sha256',
    // The key of whoever asks comes with its certificate.
    ...(encryption && { encryptionCert: signingCert, encryptionPublicKey: signingCert, encryptionAlgorithm: encryption, disallowEncryptionWithInsecureAlgorithm: false, warnOnInsecureEncryptionAlgorithm: false }),
    getPostURL: (_audience, _dom, _request, done) => done(null, acsUrl),
    getUserFromRequest: () => person,
    profileMapper: (user) => ({
      getClaims: () => user.claims,
      getNameIdentifier: () => ({ nameIdentifier: user.id, nameIdentifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' }),
    }),
  };
  const fail = (error) => response.writeHead(400).end(String(error?.message ?? error));
  // samlp reads the query as its frameworks leave it.
  request.query = { ...request.query };
  samlp.auth(options)(request, response, fail);
});
server.listen(0, '127.0.0.1', () => console.log(`listening http://127.0.0.1:${server.address().port}`));
process.stdin.on('end', () => process.exit(0)).resume();
