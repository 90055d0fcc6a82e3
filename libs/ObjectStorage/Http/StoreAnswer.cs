using System.Net;
using System.Xml;

namespace Tideway.ObjectStorage.Http;

/// <summary>What a store says of a request that it did not do: of its body only the code and the message, which hold nothing secret.</summary>
internal sealed record StoreAnswer(HttpStatusCode Status, string? Code, string? Message, string? RequestId)
{
    private const int MaxBytes = 64 * 1024;
    private const int MaxMessageLength = 300;

    private static readonly string[] RequestIdHeaders = ["x-amz-request-id", "x-ms-request-id", "x-guploader-uploadid", "x-request-id"];

    /// <summary>How bodies are read: nothing outside of them is.</summary>
    public static XmlReaderSettings Xml { get; } =
        new()
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreWhitespace = true,
        };

    public static async Task<StoreAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return Of(response, await ReadBodyAsync(response, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // The status has to do.
            return Of(response, []);
        }
    }

    /// <summary>What the answer says whose body was read already.</summary>
    public static StoreAnswer Of(HttpResponseMessage response, byte[] body)
    {
        var requestId = RequestIdHeaders.Select(name => Header(response, name)).FirstOrDefault(id => id is not null);
        // A HEAD has no body; one of the stores then puts the code in a header.
        var code = Header(response, "x-ms-error-code");
        var fields = Parse(body);
        return new StoreAnswer(
            response.StatusCode,
            fields.GetValueOrDefault("Code") ?? code,
            FirstLine(fields.GetValueOrDefault("Message")),
            requestId ?? fields.GetValueOrDefault("RequestId")
        );
    }

    public override string ToString()
    {
        var text = $"{(int)Status} {Code ?? Status.ToString()}";
        if (Message is not null)
            text += $": {Message.TrimEnd('.')}";
        return RequestId is null ? text : $"{text} (request id {ObjectKey.Printable(RequestId)})";
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault(value => value.Length > 0) : null;

    /// <summary>The beginning of the body, as much as an answer without an object can have.</summary>
    public static async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var buffer = new byte[MaxBytes];
            var length = await body.ReadAtLeastAsync(buffer, MaxBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return buffer[..length];
        }
    }

    private static Dictionary<string, string> Parse(byte[] body)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        if (body.Length == 0)
            return fields;
        using var reader = XmlReader.Create(new MemoryStream(body), Xml);
        try
        {
            reader.Read();
            while (!reader.EOF)
            {
                if (reader.NodeType == XmlNodeType.Element && reader.LocalName is "Code" or "Message" or "RequestId")
                    fields.TryAdd(reader.LocalName, reader.ReadElementContentAsString());
                else
                    reader.Read();
            }
        }
        catch (XmlException)
        {
            // Whatever stands between may answer in its own way, and what is too long was cut off; what came before counts.
        }

        return fields;
    }

    // Azure puts the request's id and time on further lines.
    private static string? FirstLine(string? message)
    {
        if (message is null)
            return null;
        var line = message.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        if (end >= 0)
            line = line[..end];
        return ObjectKey.Printable(line.Length > MaxMessageLength ? line[..MaxMessageLength].ToString() : line.ToString());
    }
}
