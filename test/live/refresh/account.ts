// A small EC2 and price list in wire formats, for tests of refresh.

import type { Answer, Call } from "../pull/loopback.js";

export interface FakeType {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly xml?: string;
}

export interface FakeRegion {
  readonly types: readonly FakeType[];
  /** Zone id by name. */
  readonly zones: Readonly<Record<string, string>>;
  /** [type, zone id]. */
  readonly offerings: readonly (readonly [string, string])[];
  /** USD by type, as the price list writes them; "virtual" and "metal" are its two product families. */
  readonly prices: {
    readonly virtual: Readonly<Record<string, string>>;
    readonly metal: Readonly<Record<string, string>>;
  };
  /** [type, zone name, USD, ISO time]. */
  readonly spot: readonly (readonly [string, string, string, string])[];
}

const items = (texts: readonly string[]) => texts.map((text) => `<item>${text}</item>`).join("");

/** Answers of EC2 and the price list; lists come in two pages, the first of which may be empty. */
export function answerOf(region: FakeRegion, { name, input }: Call): Answer {
  const isSecond = input.NextToken === "more";
  const token = isSecond ? "" : "<nextToken>more</nextToken>";
  switch (name) {
    case "EC2.DescribeInstanceTypes":
      return {
        xml: reply("DescribeInstanceTypes", "instanceTypeSet", items(isSecond ? region.types.map(typeXml) : []), token),
      };
    case "EC2.DescribeInstanceTypeOfferings": {
      const half = region.offerings.filter((_, index) => (index % 2 === 0) !== isSecond);
      const found = half.map(
        ([type, zone]) =>
          `<instanceType>${type}</instanceType><locationType>availability-zone-id</locationType><location>${zone}</location>`,
      );
      return { xml: reply("DescribeInstanceTypeOfferings", "instanceTypeOfferingSet", items(found), token) };
    }
    case "EC2.DescribeAvailabilityZones": {
      const zones = Object.entries(region.zones).map(
        ([zone, id]) =>
          `<zoneName>${zone}</zoneName><zoneId>${id}</zoneId><zoneType>${zone.includes("-lax-") ? "local-zone" : "availability-zone"}</zoneType>`,
      );
      return { xml: reply("DescribeAvailabilityZones", "availabilityZoneInfo", items(zones), "") };
    }
    case "EC2.DescribeSpotPriceHistory": {
      const rows = region.spot.map(
        ([type, zone, usd, at]) =>
          `<instanceType>${type}</instanceType><productDescription>Linux/UNIX</productDescription><spotPrice>${usd}</spotPrice><timestamp>${at}</timestamp><availabilityZone>${zone}</availabilityZone>`,
      );
      return { xml: reply("DescribeSpotPriceHistory", "spotPriceHistorySet", items(isSecond ? rows : []), token) };
    }
    case "Pricing.GetProducts": {
      const filters = input.Filters as { Field: string; Value: string }[];
      const family = filters.find(({ Field }) => Field === "productFamily")?.Value;
      const prices = family === "Compute Instance" ? region.prices.virtual : region.prices.metal;
      const half = Object.entries(prices).filter((_, index) => (index % 2 === 0) !== isSecond);
      return {
        json: {
          FormatVersion: "aws_v1",
          PriceList: half.map(([type, usd]) => product(type, usd)),
          ...(isSecond ? {} : { NextToken: "more" }),
        },
      };
    }
    default:
      return { status: 400, code: "UnknownOperation" };
  }
}

function reply(operation: string, set: string, content: string, token: string): string {
  return `<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><${set}>${content}</${set}>${token}</${operation}Response>`;
}

function typeXml({ name, vcpus, memoryMib, xml = "" }: FakeType): string {
  return [
    `<instanceType>${name}</instanceType><currentGeneration>false</currentGeneration>`,
    `<bareMetal>${name.includes("metal")}</bareMetal><hypervisor>nitro</hypervisor>`,
    "<supportedUsageClasses><item>on-demand</item><item>spot</item></supportedUsageClasses>",
    "<processorInfo><supportedArchitectures><item>i386</item><item>x86_64</item></supportedArchitectures><manufacturer>AMD</manufacturer></processorInfo>",
    `<vCpuInfo><defaultVCpus>${vcpus}</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>${memoryMib}</sizeInMiB></memoryInfo>`,
    xml,
  ].join("");
}

/** An entry of PriceList: JSON as text. A term of no price stands beside the one that counts, as for capacity reservations. */
function product(type: string, usd: string): string {
  const dimension = (id: string, price: string) => ({ [id]: { unit: "Hrs", pricePerUnit: { USD: price } } });
  return JSON.stringify({
    product: { productFamily: "x", attributes: { instanceType: type, currentGeneration: "Yes" }, sku: "S" },
    serviceCode: "AmazonEC2",
    terms: {
      OnDemand: {
        "S.T": { priceDimensions: dimension("S.T.R", usd) },
        "S.U": { priceDimensions: dimension("S.U.R", "0.0000000000") },
      },
    },
  });
}
