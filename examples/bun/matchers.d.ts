import type { QueueAssertions } from 'querator-test'

declare module 'bun:test' {
  interface Matchers<T> extends QueueAssertions {}
}
