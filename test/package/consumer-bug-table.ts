/**
 * Typical bugs of consumers. Each replaces a piece of `examples/consumer/src` with a mistake. `consumer-bugs.test.ts`
 * makes one mistake at a time, and looks for its cause in the output.
 */

/** A bug, and what the output must say about it. */
export interface ConsumerBug {
  readonly name: string
  /** The suite of `examples/consumer/vitest` whose first failure is checked. Default: `email-worker`. */
  readonly suite?: 'access'
  /** Relative to `examples/consumer/src`. */
  readonly file: string
  /** Occurs exactly once in the file. */
  readonly text: string
  readonly replacement: string
  /** Must match the first lines of the report. */
  readonly cause: RegExp
}

/** All bugs. */
export const CONSUMER_BUGS: readonly ConsumerBug[] = [
  {
    name: 'sends another content type',
    file: 'querator.js',
    text: "'content-type': 'application/json'",
    replacement: "'content-type': 'text/plain'",
    cause: /send 'content-type: application\/json' with a body in JSON/,
  },
  {
    name: 'accepts another content type',
    file: 'querator.js',
    text: "accept: 'application/json'",
    replacement: "accept: 'text/html'",
    cause: /Accept header 'text\/html' is invalid/,
  },
  {
    name: 'misspells a field name',
    file: 'querator.js',
    text: 'batch_size: batchSize',
    replacement: 'batchsize: batchSize',
    cause: /unknown field "batchsize".*did you mean 'batch_size'\?/,
  },
  {
    name: 'gives a duration as a number',
    file: 'email-worker.js',
    text: "patience: '30s'",
    replacement: 'patience: 30',
    cause: /request_timeout takes a duration as text, such as '30s'/,
  },
  {
    name: 'gives a duration without a unit',
    file: 'email-worker.js',
    text: "patience: '30s'",
    replacement: "patience: '30'",
    cause: /missing unit in duration "30"/,
  },
  {
    name: 'leases without a request timeout',
    file: 'querator.js',
    text: ', batch_size: batchSize, request_timeout: patience',
    replacement: ', batch_size: batchSize',
    cause: /queue\.lease by mailer-\w+ was refused.*request timeout is required/,
  },
  {
    name: 'leases with a request timeout that is too short',
    file: 'email-worker.js',
    text: "patience: '30s'",
    replacement: "patience: '10ms'",
    cause: /queue\.lease by mailer-\w+ was refused.*minimum timeout is '10ms'/,
  },
  {
    name: 'leases more items than allowed',
    file: 'email-worker.js',
    text: 'batchSize: 2 * this.#concurrency',
    replacement: 'batchSize: 5000',
    cause: /queue\.lease by mailer-\w+ was refused.*max_lease_batch_size is 1000/,
  },
  {
    name: 'sends the retry time as milliseconds',
    file: 'querator.js',
    text: 'retry_at: retryAt?.toISOString()',
    replacement: 'retry_at: retryAt?.getTime()',
    cause: /retry_at takes a time as text/,
  },
  {
    name: 'schedules with a date without a time zone',
    file: 'querator.js',
    text: 'enqueue_at: enqueueAt?.toISOString()',
    replacement: "enqueue_at: enqueueAt?.toISOString().replace('T', ' ').slice(0, 19)",
    cause: /enqueue_at takes a time as text/,
  },
  {
    name: 'calls a method that does not exist',
    file: 'querator.js',
    text: "call('queue.lease'",
    replacement: "call('queues.lease'",
    cause: /no such method; \/v1\/queues\.lease/,
  },
  {
    name: 'sends GET',
    file: 'querator.js',
    text: "      method: 'POST',\n",
    replacement: '',
    cause: /with GET\/HEAD method cannot have body/,
  },
  {
    name: 'sends PUT',
    file: 'querator.js',
    text: "method: 'POST'",
    replacement: "method: 'PUT'",
    cause: /http method 'PUT' not allowed; only POST/,
  },
  {
    name: 'sends one id instead of a list',
    file: 'email-worker.js',
    text: 'partition, [id]))',
    replacement: 'partition, id))',
    cause: /queue\.complete was refused \S+ ago: 455 .*unexpected token.*ids takes a list/,
  },
  {
    name: 'sends no API key',
    suite: 'access',
    file: 'querator.js',
    text: 'authorization: `Bearer',
    replacement: "'x-api-key': `Bearer",
    cause: /queue\.lease by mailer-\w+ was refused: .*send 'authorization: Bearer <key>'/,
  },
  {
    name: 'produces to a queue with another name',
    file: 'send-later.js',
    text: 'return querator.produce(EMAIL_QUEUE.name, [{ reference: key, payload: email }])',
    replacement: "return querator.produce('email', [{ reference: key, payload: email }])",
    cause: /no such queue named 'email'.*did you mean 'emails'\?/,
  },
  {
    name: 'completes in a queue with another name',
    file: 'email-worker.js',
    text: 'this.#querator.complete(EMAIL_QUEUE.name',
    replacement: "this.#querator.complete('e-mails'",
    cause: /queue\.complete.*no such queue named 'e-mails'.*did you mean 'emails'\?/,
  },
  {
    name: 'reads a field of the reply in camel case',
    file: 'email-worker.js',
    text: 'item.lease_deadline',
    replacement: 'item.leaseDeadline',
    cause: /'\w{27}' was the id of news-\d until \+5m0(\.\d+)?s: lease-expired by mailer-/,
  },
  {
    name: 'reads a list of the reply under a wrong name',
    file: 'querator.js',
    text: 'reply.logicalQueues.flatMap',
    replacement: 'reply.logical_queues.flatMap',
    cause: /Cannot read properties of undefined \(reading 'flatMap'\)/,
  },
  {
    name: 'expects zeros to be present in replies',
    file: 'querator.js',
    text: '(partition[count] ?? 0)',
    replacement: 'partition[count]',
    cause: /NaN/,
  },
  {
    name: 'does not complete items already sent',
    file: 'email-worker.js',
    text: 'if (!this.#sent.claim(key)) return this.#complete(partition, id)',
    replacement: 'if (!this.#sent.claim(key)) return',
    cause: /welcome-1.* is leased by mailer-\w+, the lease ends in .*; attempt 1 of 4/,
  },
  {
    name: 'does not complete items after sending',
    file: 'email-worker.js',
    text: '    await this.#complete(partition, id)\n',
    replacement: '',
    cause: /welcome-1.* is leased by mailer-\w+, the lease ends in .*; attempt 1 of 4/,
  },
  {
    name: 'completes before sending',
    file: 'email-worker.js',
    text: '    try {\n      await this.#send(',
    replacement: '    await this.#complete(partition, id)\n    try {\n      await this.#send(',
    // Whether the test sees first that nothing was sent is up to the timing of its own worker.
    cause:
      /'\w{27}' was the id of welcome-1 until .*: completed by mailer-|queue\.complete was refused: 400 Bad Request, invalid storage id/,
  },
  {
    name: 'completes twice',
    file: 'email-worker.js',
    text: '    await this.#complete(partition, id)\n',
    replacement: '    await this.#complete(partition, id)\n    await this.#complete(partition, id)\n',
    cause: /'\w{27}' was the id of welcome-1 until .*: completed by mailer-/,
  },
  {
    name: 'always completes in the first partition',
    file: 'querator.js',
    text: "call('queue.complete', { queue_name: queue, partition, ids",
    replacement: "call('queue.complete', { queue_name: queue, ids",
    cause: /queue\.complete .*welcome-2 is in partition 1/,
  },
  {
    name: 'always retries in the first partition',
    file: 'querator.js',
    text: "call('queue.retry', {\n        queue_name: queue,\n        partition,",
    replacement: "call('queue.retry', {\n        queue_name: queue,",
    cause: /queue\.retry .*broken-2 is in partition 1/,
  },
  {
    name: 'loses items it could not send',
    file: 'email-worker.js',
    text: '      return this.#retry(partition, [{ id, retryAt: new Date(this.#now() + retryAfter(attempts)) }])\n',
    replacement: '      return this.#complete(partition, id)\n',
    cause: /welcome-1 \(#\d+\): completed by mailer-\w+, attempt 1 /,
  },
  {
    name: 'swallows the error and keeps items it could not send',
    file: 'email-worker.js',
    text: '      return this.#retry(partition, [{ id, retryAt: new Date(this.#now() + retryAfter(attempts)) }])\n',
    replacement: '      return\n',
    cause: /welcome-1.* is leased by mailer-\w+, the lease ends in .*; attempt 1 of 4/,
  },
  {
    name: 'wants a dead letter but deletes the item',
    file: 'querator.js',
    text: 'retry_at: retryAt?.toISOString() })',
    replacement: 'dead: true })',
    cause: /welcome-1 \(#\d+\): retried by mailer-\w+, attempt 1 .*\n.*welcome-1 \(#\d+\): deleted/,
  },
  {
    name: 'retries more often than the queue allows',
    file: 'email-worker.js',
    text: 'attempts >= EMAIL_QUEUE.maxAttempts',
    replacement: 'attempts > EMAIL_QUEUE.maxAttempts',
    cause: /welcome-1 was given back by \S+ on attempt \d of \d: only a lease that runs out ends an item/,
  },
  {
    name: 'gives up one attempt too early',
    file: 'email-worker.js',
    text: 'attempts >= EMAIL_QUEUE.maxAttempts',
    replacement: 'attempts >= EMAIL_QUEUE.maxAttempts - 1',
    cause: /welcome-1.* is leased by mailer-\w+, the lease ends in .*; attempt 3 of 4/,
  },
  {
    name: 'retries at a time in the past',
    file: 'email-worker.js',
    text: 'this.#now() + retryAfter(attempts)',
    replacement: 'this.#now() - retryAfter(attempts)',
    cause: /queue\.retry: retry_at is .* (ago|in the past)/,
  },
  {
    name: 'mistakes seconds for milliseconds',
    file: 'email-worker.js',
    text: 'const MINUTE = 60_000',
    replacement: 'const MINUTE = 60',
    cause: /queue\.retry: retry_at is .*60ms ahead.*at once/,
  },
  {
    name: 'retries at once, for ever',
    file: 'email-worker.js',
    text: `      if (attempts >= EMAIL_QUEUE.maxAttempts) return
      return this.#retry(partition, [{ id, retryAt: new Date(this.#now() + retryAfter(attempts)) }])`,
    replacement: '      return this.#retry(partition, [{ id }])',
    cause: /welcome-1 \(#\d+\): retried by .*attempt 2 .*\n.*welcome-1 \(#\d+\): leased by .*attempt 3/,
  },
  {
    name: 'retries unreadable items at once, for ever',
    file: 'email-worker.js',
    text: '    } catch {\n      this.#sent.release(key)\n',
    replacement: `    } catch (error) {
      this.#sent.release(key)
      if (error instanceof SyntaxError) return this.#retry(partition, [{ id }])
`,
    cause: /attempt \d{2,}|attempt 1 .*\n.*retried by mailer-\w+ .*\n.*leased by mailer-\w+ .*attempt 2/,
  },
  {
    name: 'backs off by the machine clock',
    file: 'email-worker.js',
    text: 'this.#now() + retryAfter(attempts)',
    replacement: 'Date.now() + retryAfter(attempts)',
    cause: /queue\.retry: retry_at is .* ahead by the machine's clock, but \S+ ago by the daemon's/,
  },
  {
    name: 'uses a lease too short for its work',
    file: 'email-queue.js',
    text: "leaseTimeout: '5m'",
    replacement: "leaseTimeout: '30s'",
    cause: /welcome-1 \(#\d+\): lease-expired by mailer-\w+, attempt 1/,
  },
  {
    name: 'uses the same client id in all workers',
    file: 'email-worker.js',
    text: 'randomUUID().slice(0, 8)',
    replacement: "'1'",
    cause: /queue\.lease by mailer-1 was refused.*duplicate client id/,
  },
  {
    name: 'uses a new idempotency key for each item',
    file: 'email-worker.js',
    text: 'const { id, reference: key, attempts } = item',
    replacement: 'const { id, attempts } = item\n    const key = id',
    cause: /welcome-1: produced .* completed .*\n.*welcome-1: produced .* completed/,
  },
  {
    name: 'treats an empty queue as an error',
    file: 'querator.js',
    text: ` && this.status !== 453 && this.status !== 454
  }

  /** Whether a lease has waited, and there was nothing to do. */
  get isNothingToDo() {
    return this.status === 454 &&`,
    replacement: ` && this.status !== 453
  }

  /** Whether a lease has waited, and there was nothing to do. */
  get isNothingToDo() {
    return this.status === 204 &&`,
    cause: /queue\.lease: 454 request timeout; no items are in the queue/,
  },
  {
    name: 'ends when Querator restarts',
    file: 'email-worker.js',
    text: 'if (error.isFinal || signal?.aborted || tries === TRIES) throw error',
    replacement: 'throw error',
    cause: /the e-mail worker failed: fetch failed/,
  },
  {
    name: 'repeats refused calls',
    file: 'email-worker.js',
    text: '      if (signal.aborted) return undefined\n      throw error\n',
    replacement: '      return undefined\n',
    cause: /queue\.lease by mailer-\w+ was refused \d+ times: 400.*no such queue named 'emails'/,
  },
  {
    name: 'does not await complete',
    file: 'email-worker.js',
    text: '    await this.#complete(partition, id)\n',
    replacement: '    this.#complete(partition, id)\n',
    cause: /expected \[ 'stopped', 'completed' \] to deeply equal \[ 'completed', 'stopped' \]/,
  },
  {
    name: 'keeps waiting for items after it is stopped',
    file: 'querator.js',
    text: "await call('queue.lease', request, signal)",
    replacement: "await call('queue.lease', request)",
    cause: /mailer-\w+ (still )?waits for/,
  },
  {
    name: 'keeps unstarted items after it is stopped',
    file: 'email-worker.js',
    text: '    if (ours.length > 0) await this.#retry(partition, ours)\n',
    replacement: '',
    cause: /news-5 +leased +1 /,
  },
  {
    name: 'starts leased items after it is stopped',
    file: 'email-worker.js',
    text: 'while (left.length > 0 && !signal.aborted)',
    replacement: 'while (left.length > 0)',
    cause: /news-5 +completed +1 +{.*} +← not expected/,
  },
  {
    name: 'sends one e-mail at a time',
    file: 'email-worker.js',
    text: 'Array.from({ length: this.#concurrency }, lane)',
    replacement: '[lane()]',
    cause: /expected 1 to be 4/,
  },
  {
    name: 'sends all e-mails at once',
    file: 'email-worker.js',
    text: 'Array.from({ length: this.#concurrency }, lane)',
    replacement: 'items.map(lane)',
    cause: /expected 8 to be 4/,
  },
  {
    name: 'sends text instead of encoded bytes',
    file: 'querator.js',
    text: 'utf8: JSON.stringify(payload)',
    replacement: 'bytes: JSON.stringify(payload)',
    cause: /queue\.produce: 455 .*invalid value for bytes type/,
  },
  {
    name: 'sends reminders a thousand times too early',
    file: 'send-later.js',
    text: 'new Date(startsAt.getTime() - 24 * 60 * 60 * 1000)',
    replacement: 'new Date(startsAt.getTime() / 1000 - 24 * 60 * 60)',
    cause: /queue\.produce: enqueue_at is .* (ago|in the past)/,
  },
]
