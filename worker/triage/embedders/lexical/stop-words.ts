/** English words that tell nothing about a problem, and the courtesies of bug reports. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a an the this that these those it its itself he she they them their we us our you your i me my mine
  is are was were be been being am do does did doing done have has had having will would shall should can could may might must
  and or but if then else than so because as while although though since until unless of at by for with about against between into
  through during before after above below to from up down in out on off over under again further once here there when where why
  how all any both each few more most other some such nor only own same too very just also even still yet ever
  what which who whom whose
  im ive id dont doesnt didnt isnt arent wasnt werent hasnt havent hadnt cant couldnt wont wouldnt shouldnt nt ll ve re
  please thanks thank hi hello hey dear regards cheers
  get got getting go goes going let lets like want`.split(/\s+/),
);
