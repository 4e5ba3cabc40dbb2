/** Stripe, as far as a journey needs it: intents that are confirmed, asked about and proved by whoever plays the customer. */
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'

const SIGNING = 'whsec_journeys'
export const connection = { kind: 'stripe', name: 'Stripe', secret: 'sk_test_journeys', webhookSecret: SIGNING, leads: true }

const taken = (intent) => Object.assign(intent, { status: 'succeeded', amount_received: intent.amount, next_action: null })
const confirmed = (intent) =>
  intent.payment_method === 'pm_card_threeDSecure2Required'
    ? Object.assign(intent, { status: 'requires_action', next_action: { type: 'redirect_to_url', redirect_to_url: { url: `https://hooks.stripe.test/3ds/${intent.id}` } } })
    : taken(intent)

export async function startStripe() {
  const intents = []
  const answer = (method, path, form) => {
    const [what, id, deed] = path.replace(/^\/v1\//, '').split('/')
    if (what === 'customers') return { id: 'cus_1', object: 'customer' }
    if (what !== 'payment_intents') return undefined
    if (!id && method === 'GET') return { object: 'list', data: [] }
    if (!id) {
      const intent = { id: `pi_${intents.length + 1}`, object: 'payment_intent', status: 'requires_confirmation', amount: Number(form.get('amount')), amount_received: 0, currency: form.get('currency'), payment_method: form.get('payment_method'), capture_method: form.get('capture_method') }
      intents.push(intent)
      return intent
    }
    const intent = intents.find((one) => one.id === id)
    return deed === 'confirm' && intent ? confirmed(intent) : intent
  }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      const found = answer(request.method, new URL(request.url, 'http://stripe').pathname, new URLSearchParams(body))
      response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' })
      response.end(JSON.stringify(found ?? { error: { type: 'invalid_request_error', code: 'unknown', message: 'Unrecognized request URL' } }))
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    intents,
    /** The customer proves who they are at their bank, and Stripe has heard of it. */
    prove: (id) => taken(intents.find((one) => one.id === id)),
    /** The customer's bank says no. */
    refuse: (id) => Object.assign(intents.find((one) => one.id === id), { status: 'requires_payment_method', next_action: null, last_payment_error: { code: 'payment_intent_authentication_failure', message: 'The bank said no.' } }),
    /** Stripe tells of an intent at the door of a connection. */
    tell: async (base, id, intent) => {
      const text = JSON.stringify({ id: `evt_${intent}`, object: 'event', type: 'payment_intent.succeeded', data: { object: { id: intent, object: 'payment_intent' } } })
      const at = Math.floor(Date.now() / 1_000)
      const tag = createHmac('sha256', SIGNING).update(`${at}.${text}`).digest('hex')
      const reply = await fetch(`${base}/webhooks/${id}`, { method: 'POST', headers: { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${tag}` }, body: text })
      if (!reply.ok) throw new Error(`a message of Stripe: ${reply.status} ${await reply.text()}`)
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}
