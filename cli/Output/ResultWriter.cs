using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tideway.Cli.Output;

/// <summary>Writes results to standard output, as tables for people or as JSON for programs, and messages to standard error.</summary>
internal sealed class ResultWriter(CliEnvironment environment, bool json)
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // So many items show well enough how wide the columns have to be.
    private const int MeasuredItems = 1000;

    public bool IsJson => json;

    /// <summary>Whether a list is shown while it comes; a person who looks at a table gets it in one piece, with columns that fit all of it.</summary>
    public bool IsStreaming => json || !environment.IsOutputTerminal;

    /// <summary>A list: a table, or a JSON array.</summary>
    public void List(IReadOnlyCollection<JsonElement> items, params IReadOnlyList<Column> columns)
    {
        if (!json)
        {
            WriteTable(items, columns);
            return;
        }

        using var list = new JsonList(environment.Out, Indented);
        Write(items, list);
    }

    /// <summary>The same of a list that is not held: what there is of it is shown while the rest comes, also where the rest does not come.</summary>
    public async Task ListAsync(IAsyncEnumerable<JsonElement> items, IReadOnlyList<Column> columns, CancellationToken cancellationToken)
    {
        if (!json)
        {
            await WriteAsync(items, new TableList(environment.Out, columns, MeasuredItems), cancellationToken);
            return;
        }

        using var list = new JsonList(environment.Out, Indented);
        await WriteAsync(items, list, cancellationToken);
    }

    /// <summary>One object: its members line by line, or the JSON object.</summary>
    public void Item(JsonElement item, params IReadOnlyList<Column> columns)
    {
        if (json)
        {
            WriteJson(item.WriteTo, Indented);
            return;
        }

        var width = columns.Max(column => column.Title.Length);
        foreach (var column in columns)
        {
            if (column.Text(item) is { Length: > 0 } text)
                environment.Out.WriteLine($"{column.Title.PadRight(width)}  {SafeText.Of(text)}");
        }
    }

    /// <summary>A table below an object; in JSON it is part of the object already.</summary>
    public void Part(string title, IReadOnlyCollection<JsonElement> items, params IReadOnlyList<Column> columns)
    {
        if (json || items.Count == 0)
            return;
        environment.Out.WriteLine();
        if (title.Length > 0)
            environment.Out.WriteLine(title);
        WriteTable(items, columns);
    }

    /// <summary>One of many results that come one by one: a line.</summary>
    public void Line(JsonElement item, Func<JsonElement, string> text)
    {
        if (json)
            WriteJson(item.WriteTo, OneLine);
        else
            environment.Out.WriteLine(SafeText.Of(text(item)));
        environment.Out.Flush();
    }

    /// <summary>A message for people.</summary>
    public void Message(string text) => environment.Error.WriteLine(SafeText.Of(text));

    private void WriteJson(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, options))
            write(writer);
        environment.Out.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private void WriteTable(IReadOnlyCollection<JsonElement> items, IReadOnlyList<Column> columns) =>
        Write(items, new TableList(environment.Out, columns, measured: int.MaxValue));

    private static void Write(IReadOnlyCollection<JsonElement> items, IListOutput list)
    {
        foreach (var item in items)
            list.Add(item);
        list.End();
    }

    private static async Task WriteAsync(IAsyncEnumerable<JsonElement> items, IListOutput list, CancellationToken cancellationToken)
    {
        await using var enumerator = items.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var next = enumerator.MoveNextAsync();
            if (!next.IsCompletedSuccessfully)
                list.Flush();
            if (!await next)
                break;
            list.Add(enumerator.Current);
        }

        list.End();
    }
}
