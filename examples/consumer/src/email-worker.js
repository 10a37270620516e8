/** Sends the e-mails of a queue, a few at a time, until it is told to stop. */
const { randomUUID } = require('node:crypto')
const { setTimeout: sleep } = require('node:timers/promises')
const { EMAIL_QUEUE } = require('./email-queue.js')
const { SentEmails } = require('./sent-emails.js')

const MINUTE = 60_000
const FIRST_RETRY = MINUTE
const LONGEST_RETRY = 6 * 60 * MINUTE
/** How often a call is made again while Querator cannot be reached. */
const TRIES = 10

class EmailWorker {
  #querator
  #send
  #sent
  #now
  #pause
  #clientId
  #concurrency

  /** `send` sends an e-mail, `now` and `pause` are the clock, `sent` remembers what was sent. */
  constructor({ querator, send, sent = new SentEmails(), now = Date.now, pause = sleep, concurrency = 4 }) {
    this.#querator = querator
    this.#send = send
    this.#sent = sent
    this.#now = now
    this.#pause = pause
    this.#clientId = `mailer-${randomUUID().slice(0, 8)}`
    this.#concurrency = concurrency
  }

  /**
   * Works until the signal is aborted: then it finishes what it has begun, and gives back the rest.
   * @throws RefusedCall when a call is refused and will be refused again
   */
  async run(signal) {
    while (!signal.aborted) {
      const batch = await this.#lease(signal)
      if (batch !== undefined) await this.#workOff(batch, signal)
    }
  }

  /** Undefined when the worker was told to stop. */
  async #lease(signal) {
    const request = { clientId: this.#clientId, batchSize: 2 * this.#concurrency, patience: '30s' }
    try {
      return await this.#patiently(() => this.#querator.lease(EMAIL_QUEUE.name, request, signal), signal)
    } catch (error) {
      if (signal.aborted) return undefined
      throw error
    }
  }

  async #workOff({ items, partition }, signal) {
    const left = [...items]
    const lane = async () => {
      while (left.length > 0 && !signal.aborted) await this.#handle(left.shift(), partition)
    }
    const lanes = await Promise.allSettled(Array.from({ length: this.#concurrency }, lane))
    const ours = left.filter((item) => !this.#leaseIsOver(item))
    if (ours.length > 0) await this.#retry(partition, ours)
    const failed = lanes.find(({ status }) => status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  /** Sends an e-mail, and completes it; what cannot be sent is tried again later. */
  async #handle(item, partition) {
    // It has waited for its turn for too long, and belongs to somebody else by now.
    if (this.#leaseIsOver(item)) return
    const { id, reference: key, attempts } = item
    if (!this.#sent.claim(key)) return this.#complete(partition, id)
    try {
      await this.#send(JSON.parse(Buffer.from(item.bytes, 'base64').toString()))
    } catch {
      this.#sent.release(key)
      if (this.#leaseIsOver(item)) return
      // On its last attempt it stays leased: when its lease runs out, it goes to the dead letter queue.
      if (attempts >= EMAIL_QUEUE.maxAttempts) return
      return this.#retry(partition, [{ id, retryAt: new Date(this.#now() + retryAfter(attempts)) }])
    }
    // Too late to complete it. It comes again, and is not sent again.
    if (this.#leaseIsOver(item)) return
    await this.#complete(partition, id)
  }

  #leaseIsOver(item) {
    return Date.parse(item.lease_deadline) <= this.#now()
  }

  #complete(partition, id) {
    return this.#patiently(() => this.#querator.complete(EMAIL_QUEUE.name, partition, [id]))
  }

  #retry(partition, items) {
    return this.#patiently(() => this.#querator.retry(EMAIL_QUEUE.name, partition, items))
  }

  /** Makes a call again while Querator cannot be reached, or has trouble. */
  async #patiently(call, signal) {
    for (let tries = 1; ; tries++) {
      try {
        return await call()
      } catch (error) {
        if (error.isFinal || signal?.aborted || tries === TRIES) throw error
        await this.#pause(Math.min(2 ** tries * 100, 30_000))
      }
    }
  }
}

/** 1, 2, 4, 8, … minutes, 6 hours at most. */
function retryAfter(attempts) {
  return Math.min(FIRST_RETRY * 2 ** (attempts - 1), LONGEST_RETRY)
}

module.exports = { EmailWorker }
