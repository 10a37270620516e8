/** One daemon for each test file, although Mocha runs all of them in one process: finds out which file is calling. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { FileDaemon, type FileFixtures, fixturesOf, outsideOfTest } from '../../fixtures/file-daemon.js'
import { type FixtureOptions, splitOptions } from '../../fixtures/fixture-options.js'
import { usageError } from '../../internal.js'
import { callingFiles, realFile } from './calling-files.js'

/** A call of `configureDaemon` outside of hooks and tests. */
interface Configured {
  readonly options: FixtureOptions
  /** The files on the stack. Undefined if a file loaded with `--require` called. */
  readonly files: readonly string[] | undefined
}

const ADVICE = 'use queue and createQueue in one test at a time'

/** The daemons of the test files of a process. */
export class DaemonsOfFiles {
  readonly fixtures: FileFixtures
  readonly #isLoadingTests: () => boolean
  readonly #daemons = new Map<string, FileDaemon>()
  readonly #around = new AsyncLocalStorage<FileDaemon>()
  #configured: Configured[] = []
  /** The files with tests. Undefined until Mocha has loaded them. */
  #testFiles: ReadonlySet<string> | undefined
  /** Returns the daemon of the file whose test runs. */
  #running: (() => FileDaemon) | undefined

  /** `isLoadingTests` tells, before the first test, whether Mocha has begun to load test files. */
  constructor(isLoadingTests: () => boolean) {
    this.#isLoadingTests = isLoadingTests
    const { queue } = fixturesOf(() => this.#ofTest('queue'))
    this.fixtures = {
      ...fixturesOf(() => this.#calling()),
      queue,
      leaks: (mode) => this.#ofTest('leaks').leaksOfTest(mode),
      configureDaemon: (options) => this.#configure(options),
    }
  }

  /** Whether the daemon of the calling file is a server elsewhere. */
  get attached(): boolean {
    return this.#calling().attached
  }

  /** Mocha has loaded the test files. */
  loaded(testFiles: Iterable<string>): void {
    this.#testFiles = new Set([...testFiles].map(realFile))
  }

  /** Returns the daemon of a test file. */
  of(path: string): FileDaemon {
    const file = realFile(path)
    const known = this.#daemons.get(file) ?? new FileDaemon(ADVICE, this.#optionsOf(file))
    this.#daemons.set(file, known)
    return known
  }

  /** Sets what asks outside of {@link within}. `find` may throw. */
  run(find: (() => FileDaemon) | undefined): void {
    this.#running = find
  }

  /** Runs code of a test file, so that what it calls later belongs to the file too. */
  within<T>(path: string | undefined, code: () => T): T {
    return path === undefined ? code() : this.#around.run(this.of(path), code)
  }

  /** The tests of these files are over. The process may go on with others. */
  async retire(): Promise<void> {
    const daemons = [...this.#daemons.values()]
    this.#daemons.clear()
    this.#configured = this.#configured.filter(({ files }) => files === undefined)
    this.#testFiles = undefined
    // Workers of --parallel are killed.
    await Promise.all(daemons.map((daemon) => daemon.leave()))
  }

  /** @throws QueratorError if the root hooks have not told that test files run */
  #ofTest(what: 'queue' | 'leaks'): FileDaemon {
    const around = this.#around.getStore()
    if (around !== undefined || this.#testFiles !== undefined) return around ?? this.#calling()
    throw usageError(`${outsideOfTest(what)}; if a test is running, start Mocha with --require querator-test/mocha`)
  }

  #calling(): FileDaemon {
    return this.#around.getStore() ?? this.#running?.() ?? this.of(this.#callingFile())
  }

  #callingFile(): string {
    const files = callingFiles()
    const known = this.#testFiles
    // A file that is loading stands below what it calls.
    const file = known === undefined ? files.at(-1) : files.find((one) => known.has(one))
    const only = known?.size === 1 ? [...known][0] : undefined
    if (file !== undefined || only !== undefined) return file ?? (only as string)
    throw usageError('cannot tell which test file is calling; call it in a test, in a hook or at the top of the file')
  }

  #configure(options: FixtureOptions): void {
    const daemon = this.#around.getStore() ?? this.#running?.()
    if (daemon !== undefined) {
      daemon.configure(options)
      return
    }
    // Throws here, where the options are written.
    splitOptions(options, 'configureDaemon')
    const files = this.#isLoadingTests() ? callingFiles() : undefined
    for (const file of files ?? []) this.#daemons.get(file)?.configure(options)
    this.#configured.push({ options, files })
  }

  /** What a file configured, after what holds for all files: what a file without tests configured. */
  #optionsOf(file: string): FixtureOptions {
    const isForAll = ({ files }: Configured) =>
      files === undefined || (this.#testFiles !== undefined && !files.some((one) => this.#testFiles?.has(one)))
    const isOwn = ({ files }: Configured) => files?.includes(file)
    const all = [...this.#configured.filter(isForAll), ...this.#configured.filter(isOwn)]
    return Object.assign({}, ...all.map(({ options }) => options)) as FixtureOptions
  }
}
