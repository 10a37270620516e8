/** What Jest finds under any name of a preset but the right ones. */
throw new Error(
  'querator-test has no Jest preset of that name; write "preset": "querator-test/presets/jest" in the configuration of Jest',
)
