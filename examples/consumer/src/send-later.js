/** What the rest of the shop calls to send e-mails: it puts them into the queue. */
const { EMAIL_QUEUE } = require('./email-queue.js')

/** Sends an e-mail as soon as possible. What has the same key is sent once. */
function sendSoon(querator, key, email) {
  return querator.produce(EMAIL_QUEUE.name, [{ reference: key, payload: email }])
}

/** Reminds of an appointment, a day before. */
function remind(querator, { id, to, startsAt }) {
  const enqueueAt = new Date(startsAt.getTime() - 24 * 60 * 60 * 1000)
  const payload = { to, subject: `Tomorrow at ${startsAt.toISOString().slice(11, 16)}` }
  return querator.produce(EMAIL_QUEUE.name, [{ reference: `reminder-${id}`, payload, enqueueAt }])
}

module.exports = { sendSoon, remind }
