/** The recordings as they lie beside this file: what was asked of the real server, and what it answered. */
import { readFileSync } from 'node:fs'

/** A file of recordings. */
export const RECORDED_FILES = [
  'access',
  'items',
  'lease',
  'lifecycle',
  'partitions',
  'queues',
  'retry',
  'rules',
  'storage',
  'transport',
  'walks',
  'walks-dead',
] as const

/** What a reply must look like. */
export interface RecordedReply {
  readonly status: number
  /** A body in JSON. */
  readonly body?: unknown
  /** A body in protobuf, byte for byte. */
  readonly bodyHex?: string
  /** The media type, where it is not the one that the request leads to. */
  readonly contentType?: string
  readonly headers?: Record<string, string | null>
}

/** One step of a scenario; which fields it has says what it does. */
export interface Step {
  readonly call?: string
  readonly body?: unknown
  /** Sent as a bearer token. */
  readonly key?: string
  readonly raw?: {
    readonly method?: string
    readonly path: string
    readonly headers: Record<string, string>
    readonly body?: string
    readonly bodyHex?: string
    readonly bodyRepeat?: [string, number, string]
  }
  readonly reply?: RecordedReply
  readonly start?: string
  readonly join?: string
  readonly waits?: string
  readonly abort?: string
  readonly advance?: string
  readonly pause?: string
  readonly on?: boolean
  /** Which lists are sorted by which of their fields before they are compared: their order is chance. */
  readonly sortBy?: Record<string, string>
}

/** A scenario: a daemon of its own, and steps. */
export interface Scenario {
  readonly name: string
  /** What is behind a name that says nothing. */
  readonly note?: string
  readonly daemon?: { readonly storages?: number[]; readonly auth?: 'internal' }
  readonly steps: readonly Step[]
  /** File and name, which no other scenario has. */
  readonly title: string
}

/**
 * The body that was recorded. The recorder put `"message": "<any>"` into every reply of a scenario with decoder texts,
 * also where there is no text.
 */
export function bodyIn({ status, body }: RecordedReply): unknown {
  if (status !== 200 || (body as { message?: string } | undefined)?.message !== '<any>') return body
  const { message: _, ...rest } = body as { message: string }
  return rest
}

/** The scenarios of a file. */
export function scenariosOf(file: string): Scenario[] {
  const text = readFileSync(new URL(`./${file}.json`, import.meta.url), 'utf8')
  const recorded = JSON.parse(text) as Omit<Scenario, 'title'>[]
  return recorded.map((scenario) => ({ ...scenario, title: `${file}: ${scenario.name}` }))
}

/** Every scenario that there is. */
export function allScenarios(): Scenario[] {
  return RECORDED_FILES.flatMap(scenariosOf)
}
