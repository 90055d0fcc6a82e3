using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Tideway.Cli.Output;

/// <summary>Writes results to standard output, as tables for people or as JSON for programs, and messages to standard error.</summary>
internal sealed class ResultWriter(CliEnvironment environment, bool json)
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool IsJson => json;

    /// <summary>A list: a table, or a JSON array.</summary>
    public void List(IReadOnlyCollection<JsonElement> items, params IReadOnlyList<Column> columns)
    {
        if (json)
            WriteJson(writer => WriteArray(writer, items), Indented);
        else
            WriteTable(items, columns);
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

    private static void WriteArray(Utf8JsonWriter writer, IReadOnlyCollection<JsonElement> items)
    {
        writer.WriteStartArray();
        foreach (var item in items)
            item.WriteTo(writer);
        writer.WriteEndArray();
    }

    private void WriteJson(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, options))
            write(writer);
        environment.Out.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private void WriteTable(IReadOnlyCollection<JsonElement> items, IReadOnlyList<Column> columns)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = true };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(column.Title)) { NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        foreach (var item in items)
            table.AddRow(columns.Select(column => new Text(SafeText.Of(column.Text(item)))));

        var text = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.No,
                Out = new AnsiConsoleOutput(text),
            }
        );
        // Wide enough that nothing is ever wrapped or cut: a line of the table is an object.
        console.Profile.Width = 20_000;
        console.Write(table);
        foreach (var line in text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            environment.Out.WriteLine(line.TrimEnd());
    }
}
