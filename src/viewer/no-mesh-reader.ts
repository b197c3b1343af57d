/**
 * Stands in for the four readers of surface meshes that @cornerstonejs/core imports with its class Mesh (vite.config.ts): no mesh is ever opened
 * here, and one of them brings an XML library along, half a megabyte that every page would load.
 */
const noMeshReader = {
  newInstance(): never {
    throw new Error('OsteoLens reads no surface meshes.');
  },
};

// oxlint-disable-next-line import/no-default-export -- takes the place of a default export
export default noMeshReader;
