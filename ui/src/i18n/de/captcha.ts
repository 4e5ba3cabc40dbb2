export const captcha = {
  title: 'Rätsel nach Fehlversuchen',
  lead: 'Nach drei Fehlversuchen unterscheidet ein Rätsel Menschen von Programmen. Es steht vor den Sperren, nicht an ihrer Stelle.',
  kind: 'Rätsel',
  siteKey: 'Website-Schlüssel',
  secret: 'Geheimnis',
  secretHint: 'Es wird versiegelt aufbewahrt und nie wieder gezeigt.',
  secretKept: 'Eines ist hinterlegt. Schreiben Sie nur ein anderes, um es zu ersetzen.',
  leastScore: 'Mindestwert',
  scoreHint: 'Niedrigere Werte gelten als Programm.',
  domains: 'Domains der Adressen',
  domainsHint: 'Eine je Zeile, etwa harbour.example. Hier gibt es mehrere Betriebe; die Domain der eingegebenen Adresse entscheidet, wessen Rätsel gestellt wird. Eine Domain, die zwei nennen, zählt für keinen.',
  none: 'Keines',
  installation: 'Das der Installation: {name}',
  save: 'Rätsel speichern',
  saved: 'Rätsel gespeichert',
  test: 'Prüfen',
}
export const captchaKind = {
  recaptcha_v3: 'reCAPTCHA v3',
  hcaptcha: 'hCaptcha',
  turnstile: 'Turnstile',
}
export const captchaTest = {
  secret_taken: 'Der Anbieter antwortet und nimmt das Geheimnis an.',
  not_answered: 'Der Anbieter nimmt das Geheimnis nicht an oder ist vom Server aus nicht erreichbar.',
  none: 'Es gibt kein Rätsel zu prüfen.',
}
