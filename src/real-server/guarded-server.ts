/** A real server, and the guard process that stops it with the run. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import getPort from 'get-port'
import { ASYNC_DISPOSE } from '../async-dispose.js'
import { sendOverHttp } from '../client/http-send.js'
import { formatMilliseconds } from '../clock/duration.js'
import { passedNow, wakeAfter } from '../clock/real-time.js'
import type { ConfigTree } from '../daemon/config/config.js'
import { type QueratorError, usageError } from '../errors.js'
import { GUARD, NO_PROGRAM } from './guard.js'

/** How much of the output is kept, in characters. */
const KEPT_OUTPUT = 64_000
/** How many lines of the output an error shows. */
const SHOWN_LINES = 20
/** The pause between health checks, in milliseconds. The server does not announce when it is ready. */
const HEALTH_PAUSE = 20

/** Returns a port of 127.0.0.1 that is free now. */
export function freePort(): Promise<number> {
  return getPort({ host: '127.0.0.1' })
}

/** A server, and the guard that stops it. */
export class GuardedServer {
  readonly endpoint: string
  readonly #binary: string
  readonly #guard: ChildProcess
  readonly #ended: Promise<number | null>
  #running = true
  #output = ''

  constructor(binary: string, config: ConfigTree, port: number) {
    this.endpoint = `http://127.0.0.1:${port}`
    this.#binary = binary
    const folder = mkdtempSync(join(tmpdir(), 'querator-test-'))
    const file = join(folder, 'config.yaml')
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ ...config, address: `127.0.0.1:${port}` }))
    const program = ['--eval', GUARD, '--', folder, binary, 'server', '--config', file]
    // Detached from the terminal, so that an interrupt there ends the run first, and then the server.
    this.#guard = spawn(process.execPath, program, { detached: true, env: environment() })
    for (const stream of [this.#guard.stdout, this.#guard.stderr] as Readable[]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_OUTPUT)
      })
    }
    // If the guard is gone, `close` of the process says so.
    this.#guard.stdin?.on('error', () => undefined)
    this.#ended = new Promise((resolve) => {
      this.#guard.once('close', (status) => {
        this.#running = false
        resolve(status)
      })
    })
  }

  get output(): string {
    return this.#output
  }

  /** Resolves when the server is healthy. From then on, it does not keep the process alive. */
  async healthy(longest: number): Promise<void> {
    const send = sendOverHttp(this.endpoint)
    const started = passedNow()
    const ask = { method: 'GET', target: '/health', headers: {}, body: new Uint8Array() }
    for (;;) {
      const answer = await send(ask).catch(() => undefined)
      if (!this.#running)
        throw this.#failed(`ended with status ${await this.#ended} before it was healthy`, await this.#ended)
      if (answer?.status === 200) break
      if (passedNow() - started > longest) {
        throw this.#failed(`was not healthy within ${formatMilliseconds(longest)}`)
      }
      await Promise.race([this.#ended, new Promise<void>((resolve) => wakeAfter(HEALTH_PAUSE, resolve))])
    }
    for (const handle of [this.#guard, this.#guard.stdin, this.#guard.stdout, this.#guard.stderr]) {
      ;(handle as unknown as { unref(): void }).unref()
    }
  }

  async close(): Promise<void> {
    if (!this.#running) return
    this.#guard.ref()
    this.#guard.stdin?.end()
    await this.#ended
  }

  [ASYNC_DISPOSE](): Promise<void> {
    return this.close()
  }

  #failed(what: string, status?: number | null): QueratorError {
    // Only the guard exits with this status. The output alone may be about a file that the server misses.
    if (status === NO_PROGRAM && /ENOENT/.test(this.#output)) {
      return usageError(`there is no program '${this.#binary}'; give startQuerator the path of a Querator binary`)
    }
    const plain = stripVTControlCharacters(this.#output).replace(/\t/g, '  ').replace(/\r/g, '')
    const lines = plain.trimEnd().split('\n').slice(-SHOWN_LINES)
    return usageError(`'${this.#binary}' ${what}; it said:\n${lines.join('\n') || 'nothing'}`)
  }
}

/** Returns the environment without the variables of a test run, which are not meant for the server. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('QUERATOR_')))
}
