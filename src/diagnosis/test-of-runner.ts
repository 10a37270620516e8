/** What a runner knows of a test, at its beginning and at its end. */

/** A test that begins. */
export interface TestOfRunner {
  readonly title: string
  /** The path of its file; undefined where the runner does not tell. */
  readonly file?: string | undefined
  /** How long the runner lets it run, in milliseconds. */
  readonly timeout: number
  /** What the runner has open while the test runs, by the kinds of Node's active resources: `{ Timeout: 1 }`. */
  readonly open?: Readonly<Record<string, number>> | undefined
  /**
   * Called when the test has run for its time and nothing can happen any more. For a runner without a limit, which would wait
   * for ever.
   */
  readonly stuck?: (() => void) | undefined
  /** The queues that were made for it. */
  readonly queues: () => readonly string[]
}

/** How a test ended. */
export type EndOfTest =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly errors: readonly unknown[] }
  /** Nothing is reported: the test was expected to fail, was skipped, or still runs. */
  | { readonly outcome: 'not reported' }
