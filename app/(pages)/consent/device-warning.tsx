/** RFC 8628 section 5.4: the person may have been sent the code of an attacker's device. */
export function DeviceWarning({ userCode }: { userCode: string }) {
  return (
    <div className="mt-7 grid gap-2 rounded-lg border border-line bg-sunken p-3 text-sm">
      <p>
        You are about to connect the device that shows <strong className="font-mono font-medium">{userCode}</strong>
      </p>
      <p>Allow this only if you have that device with you. If someone sent you the code or a link, press Deny.</p>
    </div>
  )
}
