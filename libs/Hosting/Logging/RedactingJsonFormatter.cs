using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Json;
using Serilog.Parsing;

namespace Tideway.Hosting.Logging;

/// <summary>One line of JSON per event, without the secrets that got into its text, its properties or its exception.</summary>
internal sealed class RedactingJsonFormatter : ITextFormatter
{
    private readonly JsonFormatter json = new(renderMessage: true);
    private readonly MessageTemplateParser parser = new();

    public void Format(LogEvent logEvent, TextWriter output)
    {
        var template = SecretRedaction.Redact(logEvent.MessageTemplate.Text);
        var redacted = new LogEvent(
            logEvent.Timestamp,
            logEvent.Level,
            logEvent.Exception is null ? null : new RedactedException(logEvent.Exception),
            string.Equals(template, logEvent.MessageTemplate.Text, StringComparison.Ordinal) ? logEvent.MessageTemplate : parser.Parse(template),
            logEvent.Properties.Select(property => new LogEventProperty(property.Key, Redact(property.Value))),
            logEvent.TraceId ?? default,
            logEvent.SpanId ?? default
        );
        json.Format(redacted, output);
    }

    private static LogEventPropertyValue Redact(LogEventPropertyValue value) =>
        value switch
        {
            ScalarValue { Value: string text } => new ScalarValue(SecretRedaction.Redact(text)),
            ScalarValue { Value: null or ValueType } => value,
            ScalarValue { Value: { } other } => new ScalarValue(SecretRedaction.Redact(other.ToString() ?? "")),
            SequenceValue sequence => new SequenceValue(sequence.Elements.Select(Redact)),
            StructureValue structure => new StructureValue(
                structure.Properties.Select(property => new LogEventProperty(property.Name, Redact(property.Value))),
                structure.TypeTag
            ),
            DictionaryValue dictionary => new DictionaryValue(dictionary.Elements.Select(pair => KeyValuePair.Create(pair.Key, Redact(pair.Value)))),
            _ => value,
        };

    private sealed class RedactedException(Exception exception) : Exception(exception.Message)
    {
        public override string ToString() => SecretRedaction.Redact(exception.ToString());
    }
}
