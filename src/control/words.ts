/** What messages advise, for readers who have HTTP and not the daemon of a JavaScript test. */

/** Advice for JavaScript, and what stands for it here. test/api/control-words.test.ts asks for each. */
const WORDS: readonly (readonly [javaScript: RegExp, here: string])[] = [
  [/await daemon\.restart\(\)/g, 'POST /test/restart'],
  [/^restart: /, 'POST /test/restart: '],
  [/give keeps to crash\(\)/, 'give keeps to POST /test/crash'],
  [
    /call daemon\.crash\(\), move the fake timers, and then call restart\(\)/,
    'POST /test/crash, move the fake timers, and then POST /test/restart',
  ],
  // The storages of a running server are what they are.
  [/, or set storage: 'memory'/, ''],
  [/daemon\.dump\(\)/g, 'GET /test/dump'],
  [/; set the option config(?=; )/, '; start the server with a configuration that has it'],
  [/; start a new one with startTestDaemon\(\), or close it later/, ''],
  // A test in JavaScript that is attached to this server reads it too.
  [/daemon\.resume\('[^']*'\)/g, 'a resume'],
]

/** Returns a message in words for HTTP. */
export function inWordsOfHttp(message: string): string {
  return WORDS.reduce((text, [javaScript, here]) => text.replace(javaScript, here), message)
}
