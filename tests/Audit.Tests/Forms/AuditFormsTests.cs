using System.Collections;
using System.Reflection;
using System.Text.Json;
using Tideway.Audit.Forms;
using Tideway.Audit.Query;
using Tideway.Audit.Records;
using Tideway.Audit.Tests.Support;
using Tideway.Contracts;
using Tideway.Contracts.ShareRegistry;

namespace Tideway.Audit.Tests.Forms;

public sealed class AuditFormsTests
{
    public static TheoryData<string> RecordedEvents => [.. AuditForms.All.Select(form => form.EventType.Name)];

    [Fact]
    public void Every_event_has_an_audit_form_or_a_reason_to_have_none()
    {
        var decided = AuditForms.All.Select(form => form.EventType).Concat(AuditForms.NotRecorded.Keys).OrderBy(type => type.Name, StringComparer.Ordinal);

        decided.ShouldBe(EventSamples.Types);
    }

    [Fact]
    public void Every_form_has_its_queue_in_the_routing_and_the_other_way_round()
    {
        var routed = EventRouting
            .All.Where(route => route.Queue.StartsWith("audit-", StringComparison.Ordinal))
            .OrderBy(route => route.Queue, StringComparer.Ordinal);

        AuditForms.All.Select(form => ("audit-" + form.Name, form.EventType)).OrderBy(form => form.Item1, StringComparer.Ordinal).ShouldBe(routed);
    }

    [Theory]
    [MemberData(nameof(RecordedEvents))]
    public void Every_member_of_an_event_is_on_record(string eventName)
    {
        var form = AuditForms.All.Single(form => form.EventType.Name == eventName);
        var sample = EventSamples.Make(form.EventType);

        var entry = form.EntriesOf(sample).ShouldHaveSingleItem();
        var record = AuditRecordMaking.Make(entry, Guid.CreateVersion7(), 1, new byte[32], DateTimeOffset.UnixEpoch);

        var json = JsonSerializer.Serialize(RecordView.Of(record), AuditJson.Options);
        foreach (var text in form.EventType.GetProperties().SelectMany(property => Texts(property, sample)))
            json.ShouldContain(text);
    }

    [Theory]
    [InlineData(200, "granted")]
    [InlineData(204, "granted")]
    [InlineData(307, "granted")]
    [InlineData(304, "granted")]
    [InlineData(401, "refused")]
    [InlineData(404, "refused")]
    [InlineData(503, "refused")]
    public void An_access_counts_as_granted_only_where_it_was_answered(int status, string decision)
    {
        var form = AuditForms.All.Single(form => form.EventType == typeof(SharesAccessed));
        var accesses = EventSamples.Make<SharesAccessed>() with { Accesses = [EventSamples.Make<ShareAccessed>() with { Status = status }] };

        form.EntriesOf(accesses).ShouldHaveSingleItem().Decision.ShouldBe(decision);
    }

    private static IEnumerable<string> Texts(PropertyInfo property, object owner) =>
        property.GetValue(owner) switch
        {
            DateTimeOffset time => [time.ToString("yyyy-MM-ddTHH:mm:ss")],
            bool flag => [flag ? "true" : "false"],
            string text => [text],
            IReadOnlyDictionary<string, string> map => map.Keys.Concat(map.Values),
            IEnumerable items => items
                .Cast<object>()
                .SelectMany(item => item is string text ? [text] : item.GetType().GetProperties().SelectMany(p => Texts(p, item))),
            { } value => [value.ToString()!],
            null => throw new InvalidOperationException($"{property.Name} has no sample."),
        };
}
