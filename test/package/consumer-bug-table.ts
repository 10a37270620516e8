/**
 * Faults of consumers, as they are made: each is a piece of `examples/consumer/src` and what somebody wrote in its place.
 * `consumer-bugs.test.ts` puts them in one at a time, and looks for the cause in what is printed.
 */

/** A fault, and what has to say so. */
export interface ConsumerBug {
  readonly name: string
  /** Whose first failure it is, of `examples/consumer/vitest`; default `email-worker`. */
  readonly suite?: 'access'
  /** Below `examples/consumer/src`. */
  readonly file: string
  /** Stands there once. */
  readonly text: string
  readonly replacement: string
  /** Stands in the first lines of the report. */
  readonly cause: RegExp
}

/** See the head of this file. */
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
    name: 'writes the name of a field wrong',
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
    name: 'leases more than a call may',
    file: 'email-worker.js',
    text: 'batchSize: 2 * this.#concurrency',
    replacement: 'batchSize: 5000',
    cause: /queue\.lease by mailer-\w+ was refused.*max_lease_batch_size is 1000/,
  },
  {
    name: 'retries at a number of milliseconds',
    file: 'querator.js',
    text: 'retry_at: retryAt?.toISOString()',
    replacement: 'retry_at: retryAt?.getTime()',
    cause: /retry_at takes a time as text/,
  },
  {
    name: 'schedules by a date without a zone',
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
    name: 'asks with GET',
    file: 'querator.js',
    text: "      method: 'POST',\n",
    replacement: '',
    cause: /with GET\/HEAD method cannot have body/,
  },
  {
    name: 'asks with PUT',
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
    name: 'reads a field of the answer in camel case',
    file: 'email-worker.js',
    text: 'item.lease_deadline',
    replacement: 'item.leaseDeadline',
    cause: /'\w{27}' was the id of news-\d until \+5m0(\.\d+)?s: lease-expired by mailer-/,
  },
  {
    name: 'reads a list of the answer by a name that it does not have',
    file: 'querator.js',
    text: 'reply.logicalQueues.flatMap',
    replacement: 'reply.logical_queues.flatMap',
    cause: /Cannot read properties of undefined \(reading 'flatMap'\)/,
  },
  {
    name: 'takes zeros for granted in answers',
    file: 'querator.js',
    text: '(partition[count] ?? 0)',
    replacement: 'partition[count]',
    cause: /NaN/,
  },
  {
    name: 'does not complete what was sent already',
    file: 'email-worker.js',
    text: 'if (!this.#sent.claim(key)) return this.#complete(partition, id)',
    replacement: 'if (!this.#sent.claim(key)) return',
    cause: /welcome-1.* is leased by mailer-\w+, the lease ends in .*; attempt 1 of 4/,
  },
  {
    name: 'does not complete what it has sent',
    file: 'email-worker.js',
    text: '    await this.#complete(partition, id)\n',
    replacement: '',
    cause: /welcome-1.* is leased by mailer-\w+, the lease ends in .*; attempt 1 of 4/,
  },
  {
    name: 'completes before it sends',
    file: 'email-worker.js',
    text: '    try {\n      await this.#send(',
    replacement: '    await this.#complete(partition, id)\n    try {\n      await this.#send(',
    cause: /'\w{27}' was the id of welcome-1 until .*: completed by mailer-/,
  },
  {
    name: 'completes twice',
    file: 'email-worker.js',
    text: '    await this.#complete(partition, id)\n',
    replacement: '    await this.#complete(partition, id)\n    await this.#complete(partition, id)\n',
    cause: /'\w{27}' was the id of welcome-1 until .*: completed by mailer-/,
  },
  {
    name: 'completes in the first partition, whatever the lease said',
    file: 'querator.js',
    text: "call('queue.complete', { queue_name: queue, partition, ids",
    replacement: "call('queue.complete', { queue_name: queue, ids",
    cause: /queue\.complete .*welcome-2 is in partition 1/,
  },
  {
    name: 'gives back in the first partition, whatever the lease said',
    file: 'querator.js',
    text: "call('queue.retry', {\n        queue_name: queue,\n        partition,",
    replacement: "call('queue.retry', {\n        queue_name: queue,",
    cause: /queue\.retry .*broken-2 is in partition 1/,
  },
  {
    name: 'loses what could not be sent',
    file: 'email-worker.js',
    text: '      return this.#retry(partition, [{ id, retryAt: new Date(this.#now() + retryAfter(attempts)) }])\n',
    replacement: '      return this.#complete(partition, id)\n',
    cause: /completed welcome-1 .*by mailer-\w+, attempt 1; queue\.complete/,
  },
  {
    name: 'swallows the error, and keeps what could not be sent',
    file: 'email-worker.js',
    text: '      return this.#retry(partition, [{ id, retryAt: new Date(this.#now() + retryAfter(attempts)) }])\n',
    replacement: '      return\n',
    cause: /welcome-1.* is leased by mailer-\w+, the lease ends in .*; attempt 1 of 4/,
  },
  {
    name: 'wants a dead letter, and deletes the item',
    file: 'querator.js',
    text: 'retry_at: retryAt?.toISOString() })',
    replacement: 'dead: true })',
    cause: /deleted welcome-1 .*; queue\.retry/,
  },
  {
    name: 'retries once more than the queue allows',
    file: 'email-worker.js',
    text: 'attempts >= EMAIL_QUEUE.maxAttempts',
    replacement: 'attempts > EMAIL_QUEUE.maxAttempts',
    cause: /welcome-1 was given back by \S+ on attempt \d of \d: only a lease that runs out ends an item/,
  },
  {
    name: 'gives up an attempt too early',
    file: 'email-worker.js',
    text: 'attempts >= EMAIL_QUEUE.maxAttempts',
    replacement: 'attempts >= EMAIL_QUEUE.maxAttempts - 1',
    cause: /welcome-1.* is leased by mailer-\w+, the lease ends in .*; attempt 3 of 4/,
  },
  {
    name: 'retries at a time that has passed',
    file: 'email-worker.js',
    text: 'this.#now() + retryAfter(attempts)',
    replacement: 'this.#now() - retryAfter(attempts)',
    cause: /queue\.retry: retry_at is .* (ago|in the past)/,
  },
  {
    name: 'takes seconds for milliseconds',
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
    cause: /retried welcome-1 .*attempt 2; queue\.retry .*\n.*leased welcome-1 .*attempt 3/,
  },
  {
    name: 'gives back at once what it cannot read, for ever',
    file: 'email-worker.js',
    text: '    } catch {\n      this.#sent.release(key)\n',
    replacement: `    } catch (error) {
      this.#sent.release(key)
      if (error instanceof SyntaxError) return this.#retry(partition, [{ id }])
`,
    cause: /attempt \d{2,}|attempt 1 .*\n.*retried by mailer-\w+ .*\n.*leased by mailer-\w+ .*attempt 2/,
  },
  {
    name: 'backs off by the clock of the machine',
    file: 'email-worker.js',
    text: 'this.#now() + retryAfter(attempts)',
    replacement: 'Date.now() + retryAfter(attempts)',
    cause: /queue\.retry: retry_at is .* ahead by the machine's clock, but \S+ ago by the daemon's/,
  },
  {
    name: 'has a lease that is too short for its work',
    file: 'email-queue.js',
    text: "leaseTimeout: '5m'",
    replacement: "leaseTimeout: '30s'",
    cause: /lease-expired welcome-1 .*by mailer-\w+, attempt 1/,
  },
  {
    name: 'has the same client id in all workers',
    file: 'email-worker.js',
    text: 'randomUUID().slice(0, 8)',
    replacement: "'1'",
    cause: /queue\.lease by mailer-1 was refused.*duplicate client id/,
  },
  {
    name: 'has a new idempotency key for each item',
    file: 'email-worker.js',
    text: 'const { id, reference: key, attempts } = item',
    replacement: 'const { id, attempts } = item\n    const key = id',
    cause: /welcome-1: produced .* completed .*\n.*welcome-1: produced .* completed/,
  },
  {
    name: 'takes an empty queue for an error',
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
    cause: /TypeError: fetch failed/,
  },
  {
    name: 'asks again and again when it is refused',
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
    name: 'goes on waiting for items when it is stopped',
    file: 'querator.js',
    text: "await call('queue.lease', request, signal)",
    replacement: "await call('queue.lease', request)",
    cause: /mailer-\w+ (still )?waits for/,
  },
  {
    name: 'keeps what it has not begun when it is stopped',
    file: 'email-worker.js',
    text: '    if (ours.length > 0) await this.#retry(partition, ours)\n',
    replacement: '',
    cause: /news-5 +leased +1 /,
  },
  {
    name: 'begins what it has leased although it is stopped',
    file: 'email-worker.js',
    text: 'while (left.length > 0 && !signal.aborted)',
    replacement: 'while (left.length > 0)',
    cause: /news-5 +completed +1 +← not expected/,
  },
  {
    name: 'sends one e-mail at a time',
    file: 'email-worker.js',
    text: 'Array.from({ length: this.#concurrency }, lane)',
    replacement: '[lane()]',
    cause: /expected 1 to be 4/,
  },
  {
    name: 'sends all e-mails at a time',
    file: 'email-worker.js',
    text: 'Array.from({ length: this.#concurrency }, lane)',
    replacement: 'items.map(lane)',
    cause: /expected 8 to be 4/,
  },
  {
    name: 'puts text where encoded bytes belong',
    file: 'querator.js',
    text: 'utf8: JSON.stringify(payload)',
    replacement: 'bytes: JSON.stringify(payload)',
    cause: /queue\.produce: 455 .*invalid value for bytes type/,
  },
  {
    name: 'reminds a thousand times too early',
    file: 'send-later.js',
    text: 'new Date(startsAt.getTime() - 24 * 60 * 60 * 1000)',
    replacement: 'new Date(startsAt.getTime() / 1000 - 24 * 60 * 60)',
    cause: /queue\.produce: enqueue_at is .* (ago|in the past)/,
  },
]
