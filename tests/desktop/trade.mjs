/** A sale by the API's own words, for journeys that are about something else than making one. */

/** Answers with `data`, or says what was refused. */
export const asSeller = (ask) => async (method, path, body) => {
  const { status, json, text } = await ask(method, path, body)
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`)
  return json.data
}

/** One lantern, sold and paid: 59.00 in all. */
export async function orderPaid(seller) {
  const customer = await seller('POST', '/api/v1/users', { email: 'mia@example.com', firstName: 'Mia', lastName: 'Holm', role: 'user' })
  const product = await seller('POST', '/api/v1/products', { name: 'Storm lantern', sku: 'LAN-1', price: { amount: 5000, currency: 'EUR' }, weight: 3, stock: 10 })
  const order = await seller('POST', '/api/v1/orders', {
    customerId: customer.id,
    items: [{ productId: product.id, quantity: 1 }],
    shippingAddress: { name: 'Mia Holm', street: 'Quay 4', city: 'Bergen', state: 'Vestland', zipCode: '5003', country: 'NO', phone: '+4755000000' },
  })
  await seller('POST', `/api/v1/orders/${order.id}/pay`, { paymentMethod: 'pm_card_visa' })
  return order
}
