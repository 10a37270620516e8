/** Which encoding a header asks for (docs/protocol/admin.md §1.2). Only the first media type counts, parameters do not. */

/** The encodings of requests and responses. */
export type Encoding = 'json' | 'protobuf'

/** The media type of each encoding. */
export const MEDIA_TYPE: Record<Encoding, string> = {
  json: 'application/json',
  protobuf: 'application/protobuf',
}

/** The encoding named by `Content-Type` or `Accept`; absent or a wildcard means JSON, undefined means neither. */
export function encodingOf(header: string | undefined): Encoding | undefined {
  if (header === MEDIA_TYPE.protobuf) return 'protobuf'
  switch (
    firstOf(header ?? '')
      .trim()
      .toLowerCase()
  ) {
    case '':
    case '*/*':
    case 'application/*':
    case MEDIA_TYPE.json:
      return 'json'
    case MEDIA_TYPE.protobuf:
      return 'protobuf'
    default:
      return undefined
  }
}

/** What stands before the first `;` or `,`, as it stands there. */
export function firstOf(header: string): string {
  return /^[^;,]*/.exec(header)?.[0] ?? ''
}
