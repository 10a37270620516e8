/** What the sources compute and a reader wants to see: the texts of a union, and the fields of requests and responses. */
import {
  ArrayType,
  IndexedAccessType,
  IntrinsicType,
  LiteralType,
  ReferenceType,
  ReflectionKind,
  TypeOperatorType,
  UnionType,
} from 'typedoc'

/** Types whose definition tells a reader less than their description. */
const OPAQUE = ['CallRequest', 'CallResponse', 'JestTest', 'MochaIt', 'QueueAssertions']

/** The fields of each call of the client, by its name: `{ queueName, ids }`. */
export const CALL_FIELDS = new Map()

/** Called when everything is converted, before links are resolved. */
export function completeTypes(context) {
  const { project } = context
  const checker = context.programs[0].getTypeChecker()
  for (const alias of project.getReflectionsByKind(ReflectionKind.TypeAlias)) {
    if (OPAQUE.includes(alias.name)) hideType(project, alias)
    else if (alias.type instanceof IndexedAccessType) spellOut(project, alias, elementsOf(context, checker, alias))
  }
  const calls = project.getReflectionsByKind(ReflectionKind.Interface).find(({ name }) => name === 'QueratorCalls')
  const type = checker.getDeclaredTypeOfSymbol(context.getSymbolFromReflection(calls))
  for (const method of type.getProperties()) {
    CALL_FIELDS.set(method.name, fieldsOfCall(checker, checker.getTypeOfSymbol(method)))
  }
}

function hideType(project, alias) {
  project.removeTypeReflections(alias.type)
  alias.type = new IntrinsicType('object')
}

/** The texts of a list whose elements are the type, in their order; empty where it is something else. */
function elementsOf(context, checker, alias) {
  const [declaration] = context.getSymbolFromReflection(alias).declarations
  const list = checker.getTypeFromTypeNode(declaration.type.objectType)
  const types = checker.isTupleType(list) ? checker.getTypeArguments(list) : []
  return types.every((type) => type.isStringLiteral()) ? types.map(({ value }) => value) : []
}

/** Shows the texts of an alias at its own place, and its name everywhere else. */
function spellOut(project, alias, texts) {
  if (texts.length === 0) return
  const named = (type) => {
    if (isUnionOf(type, texts)) return ReferenceType.createResolvedReference(alias.name, alias, project)
    if (type instanceof ArrayType) type.elementType = named(type.elementType)
    if (type instanceof TypeOperatorType) type.target = named(type.target)
    return type
  }
  for (const reflection of Object.values(project.reflections)) {
    if (reflection !== alias && reflection.type !== undefined) reflection.type = named(reflection.type)
  }
  alias.type = new UnionType(texts.map((text) => new LiteralType(text)))
}

function isUnionOf(type, texts) {
  if (!(type instanceof UnionType) || type.types.length !== texts.length) return false
  return type.types.every((one) => one instanceof LiteralType && texts.includes(one.value))
}

function fieldsOfCall(checker, type) {
  const [signature] = type.getCallSignatures()
  const [response] = checker.getTypeArguments(signature.getReturnType())
  return {
    request: fieldsOf(checker, checker.getTypeOfSymbol(signature.parameters[0])),
    response: fieldsOf(checker, response),
  }
}

/** The names of the fields of a message, with those of the messages in its lists; undefined where it has none. */
function fieldsOf(checker, type) {
  const names = type.getProperties().map((property) => {
    const value = checker.getNonNullableType(checker.getTypeOfSymbol(property))
    const [element] = checker.isArrayType(value) ? checker.getTypeArguments(value) : []
    const isMessage = element !== undefined && checker.typeToString(element) !== 'string'
    return isMessage ? `${property.name}: [${fieldsOf(checker, element)}]` : property.name
  })
  return names.length === 0 ? undefined : `{ ${names.join(', ')} }`
}
