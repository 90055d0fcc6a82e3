using System.Collections;
using Tideway.DuckDb.Conversions;

namespace Tideway.DuckDb.Native;

/// <summary>Makes a DuckDB value of a .NET one.</summary>
internal static class NativeValues
{
    /// <exception cref="ArgumentException">No DuckDB type corresponds.</exception>
    public static ValueHandle Create(object? value) =>
        value switch
        {
            null or DBNull => NativeMethods.duckdb_create_null_value(),
            bool v => NativeMethods.duckdb_create_bool(v),
            sbyte v => NativeMethods.duckdb_create_int8(v),
            byte v => NativeMethods.duckdb_create_uint8(v),
            short v => NativeMethods.duckdb_create_int16(v),
            ushort v => NativeMethods.duckdb_create_uint16(v),
            int v => NativeMethods.duckdb_create_int32(v),
            uint v => NativeMethods.duckdb_create_uint32(v),
            long v => NativeMethods.duckdb_create_int64(v),
            ulong v => NativeMethods.duckdb_create_uint64(v),
            Int128 v => NativeMethods.duckdb_create_hugeint(NativeHugeint.From(v)),
            UInt128 v => NativeMethods.duckdb_create_uhugeint(NativeUhugeint.From(v)),
            float v => NativeMethods.duckdb_create_float(v),
            double v => NativeMethods.duckdb_create_double(v),
            decimal v => Decimal(v),
            string v => NativeText.Value(v),
            byte[] v => NativeText.Value(v),
            ReadOnlyMemory<byte> v => NativeText.Value(v.Span),
            DateOnly v => NativeMethods.duckdb_create_date(Times.Days(v)),
            TimeOnly v => NativeMethods.duckdb_create_time(Times.Micros(v)),
            DateTime v => NativeMethods.duckdb_create_timestamp(Times.Micros(v)),
            DateTimeOffset v => NativeMethods.duckdb_create_timestamp_tz(Times.Micros(v)),
            TimeSpan v => NativeMethods.duckdb_create_interval(Times.Interval(v)),
            DuckDbInterval v => NativeMethods.duckdb_create_interval(v),
            Guid v => NativeMethods.duckdb_create_uuid(NativeUhugeint.From(Uuids.Number(v))),
            IEnumerable v => List(v),
            _ => throw new ArgumentException($"DuckDB has no type for a value of {value.GetType()}.", nameof(value)),
        };

    private static ValueHandle Decimal(decimal value)
    {
        var (unscaled, width, scale) = Decimals.Parts(value);
        return NativeMethods.duckdb_create_decimal(new NativeDecimal((byte)width, (byte)scale, NativeHugeint.From(unscaled)));
    }

    private static unsafe ValueHandle List(IEnumerable elements)
    {
        var kind = ElementKind(elements);
        var values = new List<ValueHandle>();
        try
        {
            foreach (var element in elements)
                values.Add(Create(element));
            var pointers = values.ConvertAll(value => value.DangerousGetHandle()).ToArray();
            using var type = NativeMethods.duckdb_create_logical_type(kind);
            var none = (nint)0;
            fixed (nint* first = pointers)
                return NativeMethods.duckdb_create_list_value(type, first is null ? &none : first, (ulong)pointers.Length);
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }
    }

    private static DuckDbTypeKind ElementKind(IEnumerable elements) =>
        elements switch
        {
            IEnumerable<string?> => DuckDbTypeKind.Varchar,
            IEnumerable<bool> => DuckDbTypeKind.Boolean,
            IEnumerable<int> => DuckDbTypeKind.Integer,
            IEnumerable<long> => DuckDbTypeKind.BigInt,
            IEnumerable<double> => DuckDbTypeKind.Double,
            IEnumerable<Guid> => DuckDbTypeKind.Uuid,
            IEnumerable<DateOnly> => DuckDbTypeKind.Date,
            IEnumerable<DateTime> => DuckDbTypeKind.Timestamp,
            IEnumerable<DateTimeOffset> => DuckDbTypeKind.TimestampTz,
            IEnumerable<byte[]?> => DuckDbTypeKind.Blob,
            _ => throw new ArgumentException(
                $"A list parameter holds string, bool, int, long, double, Guid, DateOnly, DateTime, DateTimeOffset or byte[], not {elements.GetType()}.",
                nameof(elements)
            ),
        };
}
