/** Text from outside: shown as text, its direction found by itself and kept from touching what stands around it. */
export function Words({ children }: { children: string }) {
  return (
    <bdi className="words" dir="auto">
      {children}
    </bdi>
  );
}
