/** The puzzle after failed sign-ins. */
export const captcha = {
  title: 'Puzzle after failures',
  lead: 'After three failed sign-ins a puzzle tells people from programs. It stands before the locks, not in their place.',
  kind: 'Puzzle',
  siteKey: 'Site key',
  secret: 'Secret',
  secretHint: 'It is kept sealed and never shown again.',
  secretKept: 'One is kept. Write another only to replace it.',
  leastScore: 'Least score',
  scoreHint: 'Lower scores count as a program’s.',
  domains: 'Domains of addresses',
  domainsHint: 'One a line, such as harbour.example. There are several businesses here; the domain of the typed address decides whose puzzle is asked. A domain that two name counts for neither.',
  none: 'None',
  installation: 'That of the installation: {name}',
  save: 'Save puzzle',
  saved: 'Puzzle saved',
  test: 'Test',
}
export const captchaKind = {
  recaptcha_v3: 'reCAPTCHA v3',
  hcaptcha: 'hCaptcha',
  turnstile: 'Turnstile',
}
export const captchaTest = {
  secret_taken: 'The maker answers and takes the secret.',
  not_answered: 'The maker does not take the secret, or cannot be reached from the server.',
  none: 'There is no puzzle to test.',
}
