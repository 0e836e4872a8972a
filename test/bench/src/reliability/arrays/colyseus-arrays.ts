import { Decoder, Encoder, type Schema, schema, t } from '@colyseus/schema'
import type { AnyArray, ArrayStage, Item } from './array-script.js'

const ItemSchema = schema({ id: t.number(), hp: t.number() }, 'ArrayItem')
const roots = {
  numbers: schema({ array: t.array('number') }, 'NumberArray'),
  objects: schema({ array: t.array(ItemSchema) }, 'ObjectArray'),
}

type Root = Schema & { array: AnyArray<never> }

export function openColyseusArrays(isObjects: boolean): ArrayStage {
  const Class = (isObjects ? roots.objects : roots.numbers) as unknown as new () => Root
  const root = new Class()
  const encoder = new Encoder(root)
  encoder.encode()
  encoder.discardChanges()
  const join = () => {
    const copy = new Class()
    const decoder = new Decoder(copy)
    decoder.decode(encoder.encodeAll().slice())
    return { copy, decoder }
  }
  const live = join()
  const plain = ({ array }: Root): unknown => (array as unknown as { toJSON(): unknown }).toJSON()
  return {
    tick(work) {
      work(root.array, (item: Item) => new ItemSchema().assign(item) as unknown as Item)
      if (!encoder.hasChanges) return
      const bytes = encoder.encode().slice()
      encoder.discardChanges()
      live.decoder.decode(bytes)
    },
    atServer: () => plain(root),
    atLiveClient: () => plain(live.copy),
    atNewClient: () => plain(join().copy),
  }
}
