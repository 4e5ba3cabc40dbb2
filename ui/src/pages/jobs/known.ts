/** Queues and kinds of work there are from the start; the engine may know more, which show themselves by their own names. */
export const queues = ['payments', 'orders', 'sagas', 'mail', 'webhooks', 'upkeep']
export const kinds = ['saga.run', 'payment.notice', 'order.expire', 'reconcile', 'prove_ledger', 'mail.send', 'webhook.deliver', 'tidy', 'seal.renew', 'people.erase', 'tenant.purge']
