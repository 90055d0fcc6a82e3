using System.Buffers;
using System.Text.Json;

namespace Tideway.CdfPublisher.Deliveries;

/// <summary>
/// What a partner is sent: a <see href="https://github.com/cloudevents/spec">CloudEvents 1.0</see> event in structured JSON. The same delivery
/// is the same bytes at every attempt.
/// </summary>
internal static class Notice
{
    /// <summary>CloudEvents type. An incompatible change of the data gets another.</summary>
    public const string Type = "org.tideway.table.changes.published.v1";

    public const string ContentType = "application/cloudevents+json";

    public static byte[] Write(PendingNotice notice, Uri source)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", notice.DeliveryId);
            json.WriteString("type", Type);
            json.WriteString("source", source.AbsoluteUri.TrimEnd('/'));
            json.WriteString("subject", $"{notice.ShareName}.{notice.SchemaName}.{notice.TableName}");
            json.WriteString("time", notice.OccurredAt.UtcDateTime);
            // The extension compares as text, so every number is written as wide as the widest.
            json.WriteString("sequence", notice.Sequence.ToString("D19"));
            json.WriteString("datacontenttype", "application/json");
            json.WriteStartObject("data");
            json.WriteString("share", notice.ShareName);
            json.WriteString("schema", notice.SchemaName);
            json.WriteString("table", notice.TableName);
            json.WriteNumber("from_version", notice.FromVersion);
            json.WriteNumber("to_version", notice.ToVersion);
            json.WriteBoolean("change_feed_available", notice.ChangeFeedAvailable);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
