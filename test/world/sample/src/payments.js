function isTransient(error) {
  return error.code === "ETIMEDOUT" || error.code === "gateway_busy";
}

/**
 * Charges the order's total. `gateway.charge(request, done)` calls `done(error, receipt)`. A refused card rejects; when
 * the gateway only did not answer in time the payment is left `pending`, and the nightly job asks again.
 */
export function capturePayment(gateway, order) {
  const request = { amount: order.total, currency: order.currency, order: order.id };
  return new Promise((resolve, reject) => {
    gateway.charge(request, (error, receipt) => {
      if (error && !isTransient(error)) {
        reject(error);
        return;
      }
      const status = error ? "pending" : "paid";
      resolve({ status, reference: receipt.reference });
    });
  });
}
