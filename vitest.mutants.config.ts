/**
 * The tests that `npm run mutants` repeats for every mutant of a folder: fast, deterministic, and in one process. Tests
 * that start processes, wait for a running clock or measure memory are left out.
 */
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The tests of what users hold in their hands, and of what a failing test prints. */
const HARNESS = [
  'test/api/{harness,waiting,matchers,switches,snapshot,report,refused,left-open,made-again,events,intercept}.test.ts',
  'test/api/{server-elsewhere,vitest-fixtures,unknown-keys,terminal}.test.ts',
]

/**
 * The tests for each folder of `src`. Those that notice most in the shortest time come first, because the first failure
 * ends a run.
 */
const TESTS: Record<string, string[]> = {
  engine: [
    'test/model/walks.test.ts',
    'test/api/{lifecycle,looks,what-stays,lease,pause,storage,events,memory,made-again,waiting,refused,report,harness}.test.ts',
    'test/contract/recordings.test.ts',
    'test/unit/{moving-timer,average,deadline-groups,item-ids,large-answers,partition-order,sequence-table}.test.ts',
    'test/unit/{memory-budget,record,queues}.test.ts',
  ],
  access: [
    'test/unit/api-keys.test.ts',
    'test/api/{access,permissions,hidden-names,switches}.test.ts',
    'test/contract/recordings.test.ts',
  ],
  service: [
    'test/contract/recordings.test.ts',
    'test/api/{access,bounds,storage,lease,memory,permissions,hidden-names,refused,harness}.test.ts',
    'test/unit/{check-request,large-answers,nearest}.test.ts',
  ],
  protocol: [
    'test/unit/{messages,check-request,utf8,counted-lists,wire-format,json-text,codec,content-type,errors}.test.ts',
    'test/unit/{fast-codec,aborts,replies,timestamp}.test.ts',
    'test/api/{unknown-fields,transport,storage}.test.ts',
    'test/contract/recordings.test.ts',
  ],
  transport: [
    'test/unit/{metrics-text,pieces,small-packets}.test.ts',
    'test/api/{transport,http,health,metrics,hidden-names,intercept,lease,memory}.test.ts',
  ],
  harness: HARNESS,
  diagnosis: HARNESS,
}

const include = TESTS[process.env.QUERATOR_MUTANTS ?? 'engine'] ?? []

class AsListed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const folder = ({ moduleId }: TestSpecification) => {
      return include.findIndex((pattern) => moduleId.includes(pattern.slice(0, pattern.lastIndexOf('/'))))
    }
    return files.sort((a, b) => folder(a) - folder(b) || (a.moduleId < b.moduleId ? -1 : 1))
  }
}

export default defineConfig({
  test: {
    include,
    setupFiles: ['test/mutants/setup.ts'],
    env: {
      QUERATOR_DOORS: 'in memory',
      QUERATOR_QUICK: include === TESTS.protocol ? 'yes' : 'json',
      QUERATOR_WALKS: '40',
    },
    // One process runs all files, so that each mutant loads the code only once.
    pool: 'threads',
    isolate: false,
    maxWorkers: 1,
    sequence: { sequencer: AsListed },
    testTimeout: 10_000,
  },
})
