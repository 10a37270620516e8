/** What a runner says about a test when it begins and when it ends. */

/** A test that begins. */
export interface TestOfRunner {
  readonly title: string
  /** The path of the test file. Undefined if the runner does not say. */
  readonly file?: string | undefined
  /** The timeout of the test, in milliseconds. */
  readonly timeout: number
  /** What the runner has open while the test runs, by kind of Node's active resources: `{ Timeout: 1 }`. */
  readonly open?: Readonly<Record<string, number>> | undefined
  /** Called when the timeout has passed and nothing can happen any more. For runners without a limit, which would wait for ever. */
  readonly stuck?: (() => void) | undefined
  /** Returns the names of the queues that were made for the test. */
  readonly queues: () => readonly string[]
}

/** What happened in the queues of a test that failed. */
export interface TestReport {
  /** The report as lines for a terminal, without colours. */
  readonly text: string
  /** Returns the report as an HTML page of its own, for a runner whose own report takes attachments. */
  page(): Promise<string>
}

/** How a test ended. */
export type EndOfTest =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly errors: readonly unknown[] }
  /** Nothing is reported: the test was expected to fail, was skipped, or still runs. */
  | { readonly outcome: 'not reported' }
