using Tideway.DeltaLog.DeletionVectors;

namespace Tideway.DeltaLog.Reading;

/// <summary>
/// Which rows of which files are meant, for DuckDB. The rows of a file are cut into blocks. Blocks that are meant whole are handed over as ranges,
/// others with a bit for each row, and the rows of blocks with few of them one by one: so what is handed over, and what DuckDB makes of it, stays below a bit
/// for each row of the files, however the rows lie, and is next to nothing where they lie together.
/// </summary>
internal sealed class RowListSql
{
    private const int BlockRows = 1 << BlockBits;
    private const int BlockBits = 11;

    // From about this number on, bits take less room.
    private const int MostListed = 16;

    private readonly List<(int Entry, long Start, long End)> rows = [];
    private readonly List<(int Entry, long Start, long End)> wholeBlocks = [];
    private readonly List<(int Entry, long Block, byte[] Bits)> mixedBlocks = [];

    /// <param name="sets">The rows, by the number of the file's entry.</param>
    public RowListSql(IEnumerable<(int Entry, RowSet Rows)> sets)
    {
        foreach (var (entry, set) in sets)
            Add(entry, set);
    }

    /// <summary>The joins that bring the lists to rows, and the condition that tells whether a row is in them.</summary>
    /// <param name="entry">The number of the row's entry, as an expression.</param>
    /// <param name="position">The row's position in its file, as an expression.</param>
    public (string Joins, string IsListed) Test(string entry, string position)
    {
        var (joins, tests) = ("", new List<string>());
        if (rows.Count > 0)
        {
            joins += $" LEFT JOIN {Rows()} d ON d.e = {entry} AND d.r = {position}";
            tests.Add("d.e IS NOT NULL");
        }

        if (wholeBlocks.Count + mixedBlocks.Count > 0)
        {
            joins += $" LEFT JOIN {Blocks()} b ON b.e = {entry} AND b.b = {position} >> {BlockBits}";
            tests.Add($"(b.e IS NOT NULL AND (b.bits IS NULL OR get_bit(b.bits, CAST({position} & {BlockRows - 1} AS INTEGER)) = 1))");
        }

        return (joins, tests.Count == 0 ? "false" : $"({string.Join(" OR ", tests)})");
    }

    // A table with the columns e (number of the entry) and r (position of a row).
    private string Rows() => $"""(SELECT t[1] AS e, unnest(range(t[2], t[3])) AS r FROM (SELECT unnest({Ranges(rows)}) AS t))""";

    // A table with the columns e, b (number of the block) and bits (one for each row, the first one first; null where all are meant).
    private string Blocks()
    {
        var json = FileListSql.Json(writer =>
        {
            foreach (var (entry, block, bits) in mixedBlocks)
            {
                writer.WriteStartObject();
                writer.WriteNumber("e", entry);
                writer.WriteNumber("b", block);
                writer.WriteBase64String("d", bits);
                writer.WriteEndObject();
            }
        });
        return $$"""
            (SELECT t[1] AS e, unnest(range(t[2], t[3])) AS b, CAST(NULL AS BIT) AS bits FROM (SELECT unnest({{Ranges(wholeBlocks)}}) AS t)
            UNION ALL SELECT t.e, t.b, CAST(from_base64(t.d) AS BIT) FROM (SELECT unnest(from_json({{json}}, '[{"e":"BIGINT","b":"BIGINT","d":"VARCHAR"}]')) AS t))
            """;
    }

    private static string Ranges(List<(int Entry, long Start, long End)> ranges)
    {
        var json = FileListSql.Json(writer =>
        {
            foreach (var (entry, start, end) in ranges)
            {
                writer.WriteStartArray();
                writer.WriteNumberValue(entry);
                writer.WriteNumberValue(start);
                writer.WriteNumberValue(end);
                writer.WriteEndArray();
            }
        });
        return $"""from_json({json}, '[["BIGINT"]]')""";
    }

    private void Add(int entry, RowSet set)
    {
        var inBlock = new List<(long Start, long End)>();
        var block = -1L;
        foreach (var (start, end) in set.Ranges)
        {
            for (var from = start; from < end; )
            {
                if (from >> BlockBits != block)
                {
                    Close(entry, block, inBlock);
                    block = from >> BlockBits;
                }

                var (first, last) = (from >> BlockBits, end >> BlockBits);
                if (from == first << BlockBits && last > first)
                {
                    wholeBlocks.Add((entry, first, last));
                    (from, block) = (last << BlockBits, -1);
                    continue;
                }

                var to = Math.Min(end, (first + 1) << BlockBits);
                inBlock.Add((from, to));
                from = to;
            }
        }

        Close(entry, block, inBlock);
    }

    private void Close(int entry, long block, List<(long Start, long End)> ranges)
    {
        if (ranges.Sum(range => range.End - range.Start) <= MostListed)
        {
            rows.AddRange(ranges.Select(range => (entry, range.Start, range.End)));
        }
        else
        {
            var bits = new byte[BlockRows / 8];
            foreach (var (start, end) in ranges)
            {
                for (var row = (int)(start & (BlockRows - 1)); row < (int)(end - (block << BlockBits)); row++)
                    bits[row / 8] |= (byte)(0x80 >> (row % 8));
            }

            mixedBlocks.Add((entry, block, bits));
        }

        ranges.Clear();
    }
}
