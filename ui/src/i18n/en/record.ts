/** The parts of a record’s page. */
export const files = {
  title: 'Files',
  add: 'Add files',
  added: '{name} added',
  adding: 'Uploading {name}',
  none: 'No files. Drop some here, or add them.',
  noneHere: 'No files.',
  download: 'Download {name}',
  remove: 'Remove file',
  removeTitle: 'Remove {name}',
  removeBody: 'It is gone for everyone and cannot be brought back.',
  removed: '{name} removed',
}
/** What a timeline tells, by the engine’s own English. */
export const moment = {
  'Order placed': 'Order placed',
  'Payment received': 'Payment received',
  'Payment failed': 'Payment failed',
  Refunded: 'Refunded',
  'Refund failed': 'Refund failed',
  'Refund begun': 'Refund begun',
  'Refund begun; the provider has not answered yet': 'Refund begun; the provider has not answered yet',
  'Packing began': 'Packing began',
  Shipped: 'Shipped',
  Delivered: 'Delivered',
  Cancelled: 'Cancelled',
  'The provider refused a refund': 'The provider refused a refund',
  'Payment authorised': 'Payment authorised',
  'Payment voided': 'Payment voided',
  'The customer has to confirm the payment': 'The customer has to confirm the payment',
  'The payment provider did not answer': 'The payment provider did not answer',
  'The payment is being processed': 'The payment is being processed',
}
