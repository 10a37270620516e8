/** The protobuf library with code generated from the .proto files, as a second opinion on our own codec. */
import { createRegistry, type DescMessage } from '@bufbuild/protobuf'
import type { MessageType } from '../../src/protocol/messages/message.js'
import { file_duh_v1_reply } from '../gen/duh/v1/reply_pb.js'
import { file_querator_apikeys } from '../gen/querator/apikeys_pb.js'
import { file_querator_namespaces } from '../gen/querator/namespaces_pb.js'
import { file_querator_queue } from '../gen/querator/queue_pb.js'
import { file_querator_queues } from '../gen/querator/queues_pb.js'
import { file_querator_roles } from '../gen/querator/roles_pb.js'
import { file_querator_storage } from '../gen/querator/storage_pb.js'
import { file_querator_users } from '../gen/querator/users_pb.js'

const registry = createRegistry(
  file_duh_v1_reply,
  file_querator_apikeys,
  file_querator_namespaces,
  file_querator_queue,
  file_querator_queues,
  file_querator_roles,
  file_querator_storage,
  file_querator_users,
)

/** The library's description of one of our types. @throws if it has none */
export function schemaOf(type: MessageType): DescMessage {
  const schema = registry.getMessage(type.name)
  if (schema === undefined) throw new Error(`${type.name} is in no .proto file`)
  return schema
}
