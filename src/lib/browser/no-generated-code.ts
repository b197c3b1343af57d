import { z } from 'zod';

// Before anything is parsed: zod would try `new Function`, which the security policy forbids and browsers then report as an attack.
z.config({ jitless: true });
