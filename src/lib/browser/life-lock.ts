/** Field of the one message that names a worker's lock. */
export const LIFE_LOCK = 'osteolensLifeLock';
