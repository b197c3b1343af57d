import { expect, test } from 'vitest';
import { syntheticManifest } from '#src/testing/synthetic-manifest.ts';
import { factsOfModel } from './models-facts.ts';
import { tellOtherModels } from './models-of-file.ts';
import { createSessionStore } from './state.ts';

const inUse = factsOfModel(syntheticManifest(), 'bundled');
const same = { id: inUse.id, sha256: inUse.sha256 };
const other = { id: 'ours', sha256: 'cd34'.repeat(16) };

function setUp() {
  const store = createSessionStore({ state: 'empty' });
  store.setState({ openSeriesId: 's1' });
  return { store, sentences: () => store.getState().messages.map(({ sentence }) => sentence) };
}

test('numbers of the network in use need no word, those of another do', () => {
  const { store, sentences } = setUp();
  store.setState({ model: inUse });
  tellOtherModels(store, 'a.osteolens.json', [same]);
  expect(sentences()).toEqual([]);
  tellOtherModels(store, 'a.osteolens.json', [same, other]);
  expect(sentences()).toEqual([`a.osteolens.json: its numbers were made with another network (ours, SHA-256 cd34cd34cd34) and were made anew here with synthetic, SHA-256 ${'a'.repeat(12)}.`]);
});

test('it is said once the network is known, and not of a study that was left meanwhile', () => {
  const { store, sentences } = setUp();
  tellOtherModels(store, 'a.osteolens.json', [other]);
  expect(sentences()).toEqual([]);
  store.setState({ model: inUse });
  expect(sentences()).toHaveLength(1);

  const left = setUp();
  tellOtherModels(left.store, 'a.osteolens.json', [other]);
  left.store.setState({ openSeriesId: 's2' });
  left.store.setState({ model: inUse });
  expect(left.sentences()).toEqual([]);
});
