using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Rules;

/// <summary>
/// A column whose values the table gives.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#identity-columns">Identity Columns</see>.
/// </summary>
/// <param name="Field">The column.</param>
/// <param name="Next">The next value to give.</param>
/// <param name="Step">From one value to the next.</param>
/// <param name="AllowsExplicit">Whether rows may bring values of their own.</param>
internal sealed record IdentityColumn(StructField Field, decimal Next, long Step, bool AllowsExplicit)
{
    /// <summary>The identity column that <paramref name="field"/> is; <see langword="null"/> where it is none.</summary>
    public static IdentityColumn? Of(StructField field)
    {
        if (ColumnMetadata.Number(field, ColumnMetadata.IdentityStart) is not { } start)
            return null;
        var step = ColumnMetadata.Number(field, ColumnMetadata.IdentityStep) ?? 1;
        if (step == 0 || field.Type is not PrimitiveType { Kind: PrimitiveKind.Long })
        {
            throw new DeltaLogException(
                DeltaLogError.CorruptLog,
                $"Expected the identity column '{field.Name}' to be a long with a step other than 0, found {field.Type} with {step}."
            );
        }

        var next = (decimal)start;
        // The mark may lie between two values; the next one is the first beyond it.
        if (ColumnMetadata.Number(field, ColumnMetadata.IdentityHighWaterMark) is { } mark && ((decimal)mark - start) / step >= 0)
            next = start + ((Math.Floor(((decimal)mark - start) / step) + 1) * step);
        return new IdentityColumn(field, next, step, field.Metadata.GetValueOrDefault(ColumnMetadata.IdentityAllowExplicit) == "true");
    }

    /// <summary>The values for the rows of a SELECT, one each.</summary>
    public string Sql => $"CAST({Next} + ({Step}::HUGEINT * (row_number() OVER () - 1)) AS BIGINT)";

    /// <summary>The column after <paramref name="count"/> values were given.</summary>
    public StructField After(long count) =>
        Field with
        {
            Metadata = new Dictionary<string, string>(Field.Metadata, StringComparer.Ordinal)
            {
                [ColumnMetadata.IdentityHighWaterMark] = ((long)(Next + (Step * (decimal)(count - 1)))).ToString(),
            },
        };
}
