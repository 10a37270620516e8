/** The pages of the API reference, in their order, and what is on each. */

/** Each page: what it is about, where its names are imported from, and for those of `querator-test` which names. */
export const PAGES = [
  {
    file: 'daemon',
    title: 'Daemon',
    from: 'querator-test',
    intro:
      'Start a daemon, reach it, and create queues and users. Guides: [Options](../options.md), [Reaching the daemon](../reaching-the-daemon.md), [Keys and permissions](../permissions.md).',
    names: `startTestDaemon openTestDaemon TestDaemon TestDaemonOptions ListenOptions ControlOptions DaemonLimits AuthBackend NoticesMode LogLevel LogRecord LogHandler TestUser
      UserOptions Permission ConfigTree PartitionStorageTree StorageConfig QueueTree PartitionTree VERSION`,
  },
  {
    file: 'queues',
    title: 'Queues and items',
    from: 'querator-test',
    intro:
      'Produce, lease, look at and wait for items. Guides: [Queues and isolation](../queues.md), [Matchers and waiting](../matchers.md).',
    names: `TestQueue QueueOptions ItemInput LeaseOptions Lease LeasedItem RetryOptions StoredItem QueueCounts WaitOptions AwaitedEvent`,
  },
  {
    file: 'time-and-events',
    title: 'Time and events',
    from: 'querator-test',
    intro:
      'Move the clock, and see what happened. Guides: [Time](../time.md), [When a test fails](../when-a-test-fails.md).',
    names: `TestClock ClockReading ClockOption Fired FiredKind EventLog EventFilter QueueEvent ProducingItem EventKind Recording RecordedItem RecordingOptions LeaksMode`,
  },
  {
    file: 'consumers',
    title: 'Consumers under test',
    from: 'querator-test',
    intro:
      'Run handlers, follow workers, and move the clock with them. Guide: [Testing a consumer](../testing-a-consumer.md).',
    names: `Handler HandlerContext DrainOptions RetryDelay Handled HandledItem HandledOutcome DeadLetteredItem QueueWorker WorkOptions TrackContext
      DaemonWithConsumers TrackOptions Tracked StartWorker RunWorkerOptions RunningWorker QuietOptions Until AwaitedMoment EventPattern AdvanceUntilOptions MovingOptions MoveTimers`,
  },
  {
    file: 'faults',
    title: 'Faults',
    from: 'querator-test',
    intro:
      'Make calls fail as networks, servers and leases do. Guides: [Faults](../faults.md), [Conditions](../conditions.md), [Crashes and restarts](../crashes.md).',
    names: `Fault FaultReading FaultOptions QueueFaultOptions FaultAction Answer FaultCall QueueCall NamedQueue OutageOptions QueuePartition QueueWithFaults CONDITIONS ConditionName Condition ConditionOptions LossyCall TestConditions UnderOptions RecoveredOptions DaemonWithLives CrashOptions RestartOptions Keeps DaemonDump DumpedQueue DumpedPartition DumpedItem DumpedNamespace DumpedUser DumpedApiKey DumpedRole DumpedRoleBinding ImportedDump`,
  },
  {
    file: 'matchers',
    title: 'Matchers and snapshots',
    from: 'querator-test',
    intro: 'Compare queues with what you expect. Guide: [Matchers and waiting](../matchers.md).',
    names: `queueMatchers QueueAssertions ClaimAbout ExpectedItems PartialItem ItemFields ExpectedScheduledItems PartialScheduledItem
      ScheduledItemFields LeasedBy MatcherOutcome snapshotSerializer`,
  },
  {
    file: 'client',
    title: 'Client and errors',
    from: 'querator-test',
    intro:
      'Call a daemon or a Querator server, one typed method for each call. Guides: [Reaching the daemon](../reaching-the-daemon.md#the-client), [The protocol](../protocol/README.md).',
    names: `QueratorClient ClientOptions QueratorCalls CallOptions CallRequest CallResponse Encoding ClientSend SentRequest SentReply
      QueratorError QueratorErrorOptions isQueratorError`,
  },
  {
    file: 'servers',
    title: 'Servers for a run',
    from: 'querator-test',
    intro:
      'Share one server among all test files, or test against a real Querator. Guide: [One daemon for a run](../one-daemon.md).',
    names: `startQuerator QueratorOptions RunningQuerator removeLeftOvers LeftOversOptions`,
    modules: ['runners/global/global-setup', 'runners/global/global-teardown'],
  },
  {
    file: 'vitest',
    title: 'Vitest',
    from: 'querator-test/vitest',
    intro: 'Guide: [Vitest](../runners/vitest.md).',
    modules: ['runners/vitest/vitest'],
  },
  {
    file: 'vitest-values',
    title: "Vitest's own test",
    from: 'querator-test/vitest/values',
    intro:
      "The plugin, and the values that test files import if they keep Vitest's own `test`. Guide: [Vitest](../runners/vitest.md#with-vitests-own-test).",
    modules: ['runners/vitest/vitest-values', 'runners/vitest/vitest-plugin'],
  },
  {
    file: 'jest',
    title: 'Jest',
    from: 'querator-test/jest',
    intro: 'Guide: [Jest](../runners/jest.md).',
    modules: ['runners/jest/jest'],
  },
  {
    file: 'jest-environment',
    title: 'Jest environments',
    from: 'querator-test/jest-environment',
    intro: 'The environments, and what makes one of any other. Guide: [Jest](../runners/jest.md#the-environment).',
    modules: ['runners/jest/jest-environment', 'runners/jest/jest-environment-jsdom'],
  },
  {
    file: 'playwright',
    title: 'Playwright Test',
    from: 'querator-test/playwright',
    intro: 'Guide: [Playwright Test](../runners/playwright.md).',
    modules: ['runners/playwright/playwright'],
  },
  {
    file: 'node-test',
    title: 'node:test',
    from: 'querator-test/node-test',
    intro: 'Guide: [node:test](../runners/node-test.md).',
    modules: ['runners/node-test/node-test'],
  },
  {
    file: 'mocha',
    title: 'Mocha',
    from: 'querator-test/mocha',
    intro: 'Guide: [Mocha](../runners/mocha.md).',
    modules: ['runners/mocha/mocha'],
  },
  {
    file: 'bun',
    title: 'Bun',
    from: 'querator-test/bun',
    intro: 'Guide: [Bun](../runners/bun.md).',
    modules: ['runners/bun/bun'],
  },
  {
    file: 'cucumber',
    title: 'Cucumber',
    from: 'querator-test/cucumber',
    intro: 'Guide: [Cucumber](../runners/cucumber.md).',
    modules: ['runners/cucumber/cucumber'],
  },
  {
    file: 'deno',
    title: 'Deno',
    from: 'querator-test/deno',
    intro: 'Guide: [Deno](../runners/deno.md).',
    modules: ['runners/deno/deno'],
  },
]
