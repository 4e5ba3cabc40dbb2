// An OpenID provider: `oidc-provider` with people who sign in as whom `login_hint` names. Prints its address, ends with its parent.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { clients, people } = JSON.parse(process.argv[2]);
let provider;
const server = createServer((request, response) => handle(request, response));
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  provider = new Provider(issuer, {
    clients,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name'], groups: ['groups'] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    pkce: { required: () => true },
    cookies: { keys: ['of this run alone'] },
    features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300, Grant: 300, Session: 300, Interaction: 300 },
    findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  });
  console.log(`listening ${issuer}`);
});

async function handle(request, response) {
  if (!request.url.startsWith('/interaction/')) return provider.callback()(request, response);
  try {
    const { params, grantId } = await provider.interactionDetails(request, response);
    if (!people[params.login_hint]) {
      return await provider.interactionFinished(request, response, { error: 'access_denied' }, { mergeWithLastSubmission: false });
    }
    const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: params.login_hint, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    const result = { login: { accountId: params.login_hint }, consent: { grantId: await grant.save() } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}

process.stdin.on('end', () => process.exit(0)).resume();
