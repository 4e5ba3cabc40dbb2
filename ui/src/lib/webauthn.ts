/** Passkeys between the engine's JSON and the browser's bytes. Only what Purser's own engine asks for; pure but for the two calls. */
type Json = Record<string, unknown>

export const toBytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
export const toText = (bytes: ArrayBuffer) => btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('')).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

const descriptors = (list: unknown) => (Array.isArray(list) ? (list as Json[]).map((one) => ({ ...one, id: toBytes(String(one['id'])) })) : undefined)
const inner = (options: Json) => (options['publicKey'] ?? options) as Json

export function creation(options: Json): PublicKeyCredentialCreationOptions {
  const asked = inner(options)
  const user = asked['user'] as Json
  const known = descriptors(asked['excludeCredentials'])
  return { ...asked, challenge: toBytes(String(asked['challenge'])), user: { ...user, id: toBytes(String(user['id'])) }, ...(known ? { excludeCredentials: known } : {}) } as unknown as PublicKeyCredentialCreationOptions
}
export function request(options: Json): PublicKeyCredentialRequestOptions {
  const asked = inner(options)
  const known = descriptors(asked['allowCredentials'])
  return { ...asked, challenge: toBytes(String(asked['challenge'])), ...(known ? { allowCredentials: known } : {}) } as unknown as PublicKeyCredentialRequestOptions
}

const text = (bytes: ArrayBuffer | null | undefined) => (bytes ? toText(bytes) : undefined)
/** What is sent back, in WebAuthn's own JSON. */
export function answerOf(credential: PublicKeyCredential): Json {
  const { response } = credential
  const own =
    response instanceof AuthenticatorAttestationResponse
      ? { attestationObject: toText(response.attestationObject), transports: response.getTransports() }
      : { authenticatorData: text((response as AuthenticatorAssertionResponse).authenticatorData), signature: text((response as AuthenticatorAssertionResponse).signature), userHandle: text((response as AuthenticatorAssertionResponse).userHandle) }
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    ...(credential.authenticatorAttachment ? { authenticatorAttachment: credential.authenticatorAttachment } : {}),
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: toText(response.clientDataJSON), ...own },
  }
}
const taken = (credential: Credential | null) => {
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException('', 'NotAllowedError')
  return answerOf(credential)
}

export const makePasskey = async (options: Json) => taken(await navigator.credentials.create({ publicKey: creation(options) }))
export const askPasskey = async (options: Json, how: { signal?: AbortSignal; mediation?: CredentialMediationRequirement } = {}) =>
  taken(await navigator.credentials.get({ publicKey: request(options), ...(how.mediation ? { mediation: how.mediation } : {}), ...(how.signal ? { signal: how.signal } : {}) }))

/** Whether the browser fills passkeys in like passwords. */
export const fillsIn = async () => (await PublicKeyCredential.isConditionalMediationAvailable?.()) ?? false
/** The person closed the browser's window, or let it run out: nothing went wrong. */
export const calledOff = (error: unknown) => error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'AbortError')
export const knownHere = (error: unknown) => error instanceof DOMException && error.name === 'InvalidStateError'
