/** The recordings beside this file: requests to the real server, and its replies. */
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

/** The expected reply. */
export interface RecordedReply {
  readonly status: number
  /** The body as JSON. */
  readonly body?: unknown
  /** The body as protobuf, byte for byte. */
  readonly bodyHex?: string
  /** The media type, if it differs from what the request asks for. */
  readonly contentType?: string
  readonly headers?: Record<string, string | null>
}

/** One step of a scenario. Its fields decide what it does. */
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
  /** Lists in random order, and the field by which each is sorted before the comparison. */
  readonly sortBy?: Record<string, string>
}

/** A scenario: a new daemon, and steps. */
export interface Scenario {
  readonly name: string
  /** The meaning of a cryptic name. */
  readonly note?: string
  readonly daemon?: { readonly storages?: number[]; readonly auth?: 'internal' }
  readonly steps: readonly Step[]
  /** File and name, unique to each scenario. */
  readonly title: string
}

/**
 * The recorded body. The recorder put `"message": "<any>"` into every reply of a scenario with error texts of the
 * decoder, even into replies without a message.
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

/** All scenarios. */
export function allScenarios(): Scenario[] {
  return RECORDED_FILES.flatMap(scenariosOf)
}
