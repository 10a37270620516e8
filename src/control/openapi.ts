/** The OpenAPI document of the control plane, made from the table of routes. */
import { VERSION } from '../daemon/version.js'
import { type Fields, schemaOfField } from './fields.js'
import type { Route } from './route.js'
import { SCHEMAS, type Schema } from './schemas.js'

/** Returns the document for these routes. */
export function openApi(routes: readonly Route[]): Schema {
  const paths: Record<string, Record<string, Schema>> = {}
  for (const one of routes) {
    paths[one.path] = { ...paths[one.path], [one.method.toLowerCase()]: operation(one) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Control plane of querator-test',
      version: VERSION,
      description:
        'Moves the clock of a daemon, pauses its queues, makes its calls fail, and tells what happened. Only for tests.',
    },
    paths,
    components: { schemas: SCHEMAS },
  }
}

function operation({ method, path, summary, fields, reply }: Route): Schema {
  const type = reply === 'EventStream' ? 'text/event-stream' : 'application/json'
  return {
    operationId: operationId(method, path),
    summary,
    ...(method === 'GET' ? { parameters: parameters(fields) } : {}),
    ...(method === 'POST' && Object.keys(fields).length > 0 ? { requestBody: requestBody(fields) } : {}),
    responses: {
      200: { description: SCHEMAS[reply].description, content: { [type]: { schema: ref(reply) } } },
      default: { description: SCHEMAS.Error.description, content: { 'application/json': { schema: ref('Error') } } },
    },
  }
}

/** Returns a name such as `postClockAdvanceUntil`. */
function operationId(method: string, path: string): string {
  const words = path.replace('/test/', '').split(/[^a-z0-9]+/i)
  return method.toLowerCase() + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')
}

function parameters(fields: Fields): Schema[] {
  return Object.entries(fields).map(([name, field]) => {
    const { description, ...schema } = schemaOfField(field)
    return { name, in: 'query', required: field.required === true, description, schema }
  })
}

function requestBody(fields: Fields): Schema {
  const required = Object.keys(fields).filter((name) => fields[name]?.required)
  const properties = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, schemaOfField(field)]))
  const schema = { type: 'object', additionalProperties: false, required, properties }
  return { required: required.length > 0, content: { 'application/json': { schema } } }
}

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}
