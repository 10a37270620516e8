/** The queue of e-mails. The deployment creates it with these settings; the worker and those who send e-mails use it. */
const EMAIL_QUEUE = {
  name: 'emails',
  leaseTimeout: '5m',
  // Reminders are produced long before they are sent, and their lives begin then: 90 days.
  expireTimeout: '2160h',
  maxAttempts: 4,
  partitions: 2,
}

module.exports = { EMAIL_QUEUE }
