using System.Text.Json;
using System.Text.Json.Serialization;
using Tideway.Audit.Records;
using Tideway.Hosting.Database;

namespace Tideway.Audit.Query;

/// <summary>A record as the API shows it.</summary>
internal sealed record RecordView
{
    public required Guid EventId { get; init; }

    public required long Sequence { get; init; }

    public required DateTimeOffset EventTime { get; init; }

    public required string EventDate { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    public required string Direction { get; init; }

    public required string ServiceName { get; init; }

    public required string ActionName { get; init; }

    public string? UserIdentity { get; init; }

    public string? RecipientName { get; init; }

    public string? ProviderName { get; init; }

    public string? Share { get; init; }

    public string? Schema { get; init; }

    public string? Table { get; init; }

    public string? SourceIpAddress { get; init; }

    /// <summary>What the client called itself; not verified.</summary>
    public string? UserAgent { get; init; }

    public string? RequestId { get; init; }

    /// <summary>All request ids where there are several.</summary>
    [JsonConverter(typeof(JsonTextConverter))]
    public string? RequestIds { get; init; }

    [JsonConverter(typeof(JsonTextConverter))]
    public string? RequestParams { get; init; }

    public ResponseView? Response { get; init; }

    public required string Decision { get; init; }

    /// <summary>Lower-case hex.</summary>
    public required string PreviousHash { get; init; }

    /// <summary>Lower-case hex.</summary>
    public required string Hash { get; init; }

    public static RecordView Of(AuditRecord record) =>
        new()
        {
            EventId = record.EventId,
            Sequence = record.Sequence,
            EventTime = DatabaseTime.FromMicroseconds(record.EventTime),
            EventDate = record.EventDate,
            RecordedAt = DatabaseTime.FromMicroseconds(record.RecordedAt),
            Direction = record.Direction,
            ServiceName = record.ServiceName,
            ActionName = record.ActionName,
            UserIdentity = record.UserIdentity,
            RecipientName = record.RecipientName,
            ProviderName = record.ProviderName,
            Share = record.ShareName,
            Schema = record.SchemaName,
            Table = record.TableName,
            SourceIpAddress = record.SourceIpAddress,
            UserAgent = record.UserAgent,
            RequestId = record.RequestId,
            RequestIds = record.RequestIds,
            RequestParams = record.RequestParams,
            Response = ResponseView.Of(record),
            Decision = record.Decision,
            PreviousHash = Convert.ToHexStringLower(record.PreviousHash),
            Hash = Convert.ToHexStringLower(record.Hash),
        };
}

/// <summary>How it ended.</summary>
internal sealed record ResponseView
{
    public int? StatusCode { get; init; }

    public string? ErrorCode { get; init; }

    public string? ErrorMessage { get; init; }

    [JsonConverter(typeof(JsonTextConverter))]
    public string? Result { get; init; }

    public static ResponseView? Of(AuditRecord record) =>
        record is { StatusCode: null, ErrorCode: null, ErrorMessage: null, Result: null }
            ? null
            : new ResponseView
            {
                StatusCode = record.StatusCode,
                ErrorCode = record.ErrorCode,
                ErrorMessage = record.ErrorMessage,
                Result = record.Result,
            };
}

/// <summary>Puts text that is JSON already into the answer byte for byte, so that what was hashed can be seen.</summary>
internal sealed class JsonTextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonElement.ParseValue(ref reader).GetRawText();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteRawValue(value);
}
