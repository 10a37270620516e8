/** The handlers of drain and work that run on a daemon: the harness knows of them what it can only guess of other consumers. */
export class RunningHandlers {
  /** How many handlers run. */
  count = 0
  /** The client ids of their consumers. */
  readonly clients = new Set<string>()
}
