using System.Text.Json;
using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Pruning;

/// <summary>
/// Reads out of a file's statistics what is said of some columns, without allocating.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics">Per-file Statistics</see>.
/// </summary>
internal sealed class StatisticsReader
{
    private readonly Node root = new([], null);
    private readonly List<(PrunedColumn Column, Node Node)> columns = [];
    private byte[] unescaped = new byte[256];

    public StatisticsReader(IEnumerable<PrunedColumn> columns)
    {
        foreach (var column in columns)
        {
            var node = root;
            foreach (var name in column.Path)
            {
                var next = node.Children.Find(child => child.Name.AsSpan().SequenceEqual(name));
                if (next is null)
                    node.Children.Add(next = new Node(name, null));
                node = next;
            }

            node.Column ??= column;
            this.columns.Add((column, node));
        }
    }

    /// <summary>Takes over what the statistics say. Where they cannot be read, nothing is known.</summary>
    public void Read(ReadOnlySpan<byte> stats)
    {
        Forget();
        if (stats.IsEmpty)
            return;
        try
        {
            ReadMembers(stats);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Statistics are hints; text that is not valid JSON says nothing.
            Forget();
        }
    }

    private void Forget()
    {
        foreach (var (column, node) in columns)
        {
            column.State.Forget();
            node.Nulls = null;
        }
    }

    private void ReadMembers(ReadOnlySpan<byte> stats)
    {
        long? rows = null;
        var reader = new Utf8JsonReader(stats, new JsonReaderOptions { MaxDepth = 256 });
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("numRecords"u8))
                rows = reader.TakeLong();
            else if (reader.ValueTextEquals("minValues"u8))
                ReadValues(ref reader, root, Part.Min);
            else if (reader.ValueTextEquals("maxValues"u8))
                ReadValues(ref reader, root, Part.Max);
            else if (reader.ValueTextEquals("nullCount"u8))
                ReadValues(ref reader, root, Part.Nulls);
            else
                reader.SkipValue();
        }

        if (reader.Read())
            throw new JsonException("expected the end of the statistics");
        foreach (var (column, node) in columns)
        {
            if (node.Nulls is { } nulls)
                column.State.SetCounts(nulls, rows, column.Path.Count > 1);
        }
    }

    private void ReadValues(ref Utf8JsonReader reader, Node node, Part part)
    {
        if (!reader.Read())
            throw new JsonException("the statistics end where a value was expected");
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.NextMember())
        {
            var child = Find(ref reader, node);
            if (child is null)
                reader.SkipValue();
            else if (child.Children.Count > 0)
                ReadValues(ref reader, child, part);
            else
                ReadValue(ref reader, child, part);
        }
    }

    private void ReadValue(ref Utf8JsonReader reader, Node node, Part part)
    {
        if (!reader.Read())
            throw new JsonException("the statistics end where a value was expected");
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        if (reader.TokenType == JsonTokenType.Null)
            return;
        if (part == Part.Nulls)
        {
            node.Nulls = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var nulls) && nulls >= 0 ? nulls : null;
            return;
        }

        var text = reader.ValueSpan;
        if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped)
        {
            if (unescaped.Length < text.Length)
                unescaped = new byte[text.Length];
            text = unescaped.AsSpan(0, reader.CopyString(unescaped));
        }

        node.Column!.SetStatistic(text, part == Part.Max);
    }

    private static Node? Find(ref Utf8JsonReader reader, Node node)
    {
        foreach (var child in node.Children)
        {
            if (reader.ValueTextEquals(child.Name))
                return child;
        }

        return null;
    }

    private enum Part
    {
        Min,
        Max,
        Nulls,
    }

    private sealed class Node(byte[] name, PrunedColumn? column)
    {
        public byte[] Name { get; } = name;

        public PrunedColumn? Column { get; set; } = column;

        public List<Node> Children { get; } = [];

        public long? Nulls { get; set; }
    }
}
