/** A Gaussian of several variables: their means, and their covariance row after row. */
export interface Multivariate {
  mean: Float64Array;
  covariance: Float64Array;
}

/** The means and the sample covariance (n - 1) of at least two rows. */
export function multivariateOf(rows: readonly Float64Array[]): Multivariate {
  const size = rows[0].length;
  const mean = new Float64Array(size),
    covariance = new Float64Array(size * size);
  for (const row of rows) row.forEach((value, i) => (mean[i] += value / rows.length));
  for (const row of rows)
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        covariance[i * size + j] += ((row[i] - mean[i]) * (row[j] - mean[j])) / (rows.length - 1);
  return { mean, covariance };
}
