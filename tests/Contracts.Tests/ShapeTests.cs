using System.Reflection;
using System.Runtime.CompilerServices;

namespace Tideway.Contracts.Tests;

public class ShapeTests
{
    private static readonly Type[] Plain = [typeof(string), typeof(Guid), typeof(bool), typeof(int), typeof(long), typeof(DateTimeOffset)];

    public static TheoryData<string> Records => [.. ContractTypes.Records.Select(t => t.FullName!)];

    public static TheoryData<string> Events => ApprovalTests.Events;

    [Theory]
    [MemberData(nameof(Records))]
    public void A_contract_is_a_sealed_record_without_base_type_and_interfaces(string name)
    {
        var contract = Find(name);

        contract.IsSealed.ShouldBeTrue();
        contract.GetMethod("<Clone>$").ShouldNotBeNull("a contract is a record");
        contract.BaseType.ShouldBe(typeof(object));
        contract.GetInterfaces().ShouldBe([typeof(IEquatable<>).MakeGenericType(contract)]);
        contract
            .GetCustomAttributes(inherit: false)
            .Where(a => a.GetType().Namespace != "System.Runtime.CompilerServices")
            .ShouldBeEmpty("its name and shape are all there is to it");
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void A_contract_has_init_only_properties_and_nothing_else(string name)
    {
        var contract = Find(name);

        contract.GetProperties().ShouldAllBe(p => IsInitOnly(p));
        contract.GetFields().ShouldBeEmpty();
        contract.GetConstructors().ShouldHaveSingleItem().GetParameters().ShouldBeEmpty();
        contract
            .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(m => !m.IsSpecialName && !Attribute.IsDefined(m, typeof(CompilerGeneratedAttribute)))
            .ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void A_member_is_required_or_has_a_default(string name)
    {
        var nullability = new NullabilityInfoContext();

        foreach (var property in Find(name).GetProperties())
        {
            var nullable = nullability.Create(property).ReadState == NullabilityState.Nullable;
            if (ContractTypes.IsRequired(property))
                nullable.ShouldBeFalse($"{property.Name} is required, so null says nothing");
            else
                (nullable || property.PropertyType.IsValueType).ShouldBeTrue($"{property.Name} may be missing");
        }
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void A_member_is_of_a_kind_that_every_reader_knows(string name) => Find(name).GetProperties().ShouldAllBe(p => IsKnown(p.PropertyType));

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_says_when_it_happened(string name)
    {
        var time = Find(name).GetProperty("OccurredAt").ShouldNotBeNull();

        time.PropertyType.ShouldBe(typeof(DateTimeOffset));
        ContractTypes.IsRequired(time).ShouldBeTrue();
    }

    private static Type Find(string name) => ContractTypes.Records.Single(t => t.FullName == name);

    private static bool IsInitOnly(PropertyInfo property) =>
        property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true && property.GetMethod is not null;

    private static bool IsKnown(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return Plain.Contains(type)
            || type == typeof(IReadOnlyDictionary<string, string>)
            || ContractTypes.Records.Contains(type)
            || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) && IsKnown(type.GetGenericArguments()[0]));
    }
}
